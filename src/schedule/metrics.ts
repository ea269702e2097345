/** Numbers in Prometheus' text format (version 0.0.4). */
export interface Metrics {
  /** Declares a family; of several calls, the last text stays. */
  describe(name: string, type: 'counter' | 'gauge', help: string): void;
  set(name: string, labels: Labels, value: number): void;
  add(name: string, labels: Labels, value?: number): void;
  /** Takes all values of a family away, so that what is not set again is gone. */
  clear(name: string, labels?: Labels): void;
  text(): string;
}

export type Labels = Readonly<Record<string, string>>;

interface Family {
  type: 'counter' | 'gauge';
  help: string;
  values: Map<string, { labels: Labels; value: number }>;
}

export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function createMetrics(): Metrics {
  const families = new Map<string, Family>();
  function familyOf(name: string): Family {
    const family = families.get(name);
    if (family === undefined) throw new RangeError(`no metric ${name}`);
    return family;
  }
  function entryOf(name: string, labels: Labels) {
    const { values } = familyOf(name);
    const id = labelsText(labels);
    const entry = values.get(id) ?? { labels, value: 0 };
    values.set(id, entry);
    return entry;
  }
  return {
    describe: (name, type, help) => {
      families.set(name, { type, help, values: new Map() });
    },
    set: (name, labels, value) => {
      entryOf(name, labels).value = value;
    },
    add: (name, labels, value = 1) => {
      entryOf(name, labels).value += value;
    },
    clear: (name, of = {}) => {
      const { values } = familyOf(name);
      for (const [id, { labels }] of values)
        if (Object.entries(of).every(([label, value]) => labels[label] === value)) values.delete(id);
    },
    text: () =>
      [...families]
        .map(([name, { type, help, values }]) => {
          const lines = [...values].map(([labels, { value }]) => `${name}${labels} ${value}\n`);
          return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
        })
        .join(''),
  };
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
