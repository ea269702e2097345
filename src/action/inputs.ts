import { UsageError } from '../base/errors.ts';
import { hasControl } from '../report/escape.ts';

/** The inputs of action.yml, checked. */
export interface Inputs {
  base?: string;
  head?: string;
  /** Scan everything, whatever the event. */
  history: boolean;
  /** Fetch what a shallow checkout lacks. */
  deepen: boolean;
  /** `auto`: not for what comes from outside. */
  projectConfig: 'auto' | boolean;
  /** Where the SARIF report goes; relative to the working directory. */
  sarif?: string;
  workingDirectory?: string;
  /** For `keyturn scan`, as given. */
  options: readonly string[];
}

/** Inputs that are options of `keyturn scan` by the same name. */
const PASSED_ON = ['fail-on', 'min-confidence', 'config', 'baseline', 'allow-file', 'patterns'] as const;

/** From the variables `INPUT_...`. Throws a UsageError that names the input. */
export function readInputs(env: Readonly<Record<string, string | undefined>>): Inputs {
  // The runner turns spaces into underscores and leaves hyphens alone.
  const read = (name: string): string | undefined => {
    const value = env[`INPUT_${name.toUpperCase()}`]?.trim();
    if (value === undefined || value === '') return undefined;
    if (hasControl(value)) throw new UsageError(`input ${name}: control characters are not allowed`);
    return value;
  };
  const readFlag = (name: string): boolean | undefined => {
    const value = read(name)?.toLowerCase();
    if (value === undefined) return undefined;
    if (value === 'true' || value === 'false') return value === 'true';
    throw new UsageError(`input ${name}: expected true or false`);
  };
  const texts = {
    base: read('base'),
    head: read('head'),
    sarif: read('sarif'),
    workingDirectory: read('working-directory'),
  };
  if (texts.head !== undefined && texts.base === undefined)
    throw new UsageError('input head: is of no use without base');
  const passed = PASSED_ON.flatMap((name) => {
    const value = read(name);
    return value === undefined ? [] : [`--${name}=${value}`];
  });
  return {
    ...(Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined)) as Partial<
      Record<keyof typeof texts, string>
    >),
    history: readFlag('history') ?? false,
    deepen: readFlag('deepen') ?? false,
    projectConfig: read('project-config') === 'auto' ? 'auto' : (readFlag('project-config') ?? 'auto'),
    options: [...passed, ...(readFlag('exit-zero') ? ['--exit-zero'] : [])],
  };
}
