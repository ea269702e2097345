import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeRepository, type TestRepository } from '../helpers/repository.ts';
import { type BuiltCli, buildCli, makeLeak } from './keyturn.ts';

const LEAKS = [makeLeak(80), makeLeak(81)];

let cli: BuiltCli;
let repository: TestRepository;

beforeAll(async () => {
  cli = await buildCli();
  repository = makeRepository();
  const [first, second] = LEAKS;
  repository.write('a, "quoted" <&>.env', first!.text);
  // All on one line, so that an excerpt of one would show the other.
  repository.write('b.sh', `aws_access_key_id=${second!.keyId} aws_secret_access_key=${second!.secret}\n`);
  repository.write('c.b64', `data: ${Buffer.from(second!.text).toString('base64')}\n`);
  repository.commit(`Message with aws_secret_access_key = ${first!.secret}`);
});
afterAll(() => {
  repository.remove();
  cli.remove();
});

/** What a reader of each format does first; throws, or fails, when it cannot. Gives back how many findings it sees. */
const READERS: Record<string, (report: string) => void> = {
  text: (report) => expect(report).toMatch(/2 credentials/),
  compact: (report) => expect(report.split('\n')[0]).toMatch(/:\d+:\d+: /),
  json: (report) => expect(JSON.parse(report)).toMatchObject({ schemaVersion: 1, complete: true }),
  ndjson: (report) => {
    for (const line of report.trimEnd().split('\n')) expect(typeof JSON.parse(line)).toBe('object');
  },
  sarif: (report) => {
    const log = JSON.parse(report);
    expect(log.version).toBe('2.1.0');
    expect(log.runs[0].results.length).toBeGreaterThanOrEqual(2);
  },
  gitlab: (report) => expect(JSON.parse(report).vulnerabilities.length).toBeGreaterThanOrEqual(2),
  junit: (report) => expectWellFormed(report),
  csv: (report) => {
    const columns = new Set(parseCsv(report).map((row) => row.length));
    expect(columns.size).toBe(1);
    expect([...columns][0]).toBeGreaterThan(3);
  },
  github: (report) => expect(report).toMatch(/^::(error|warning|notice) /m),
};

describe.each(Object.keys(READERS))('%s', (format) => {
  it.each([[], ['--history'], ['--include-examples', '-v']])(
    'can be read, and holds no secret (%s %s)',
    (...args) => {
      const options = args.filter((arg) => arg !== undefined);
      const run = cli.run(['scan', '--no-cache', '--color', 'never', '-f', format, ...options], {
        cwd: repository.path,
      });
      expect(run.status, run.stderr).toBe(1);
      READERS[format]!(run.stdout);
      for (const { keyId, secret } of LEAKS) {
        expect(run.stdout).toContain(keyId);
        for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
          expect((run.stdout + run.stderr).includes(form)).toBe(false);
        // However the base64 of the whole file is cut.
        expect(run.stdout).not.toContain(Buffer.from(makeLeak(81).text).toString('base64').slice(-40));
      }
    },
  );
});

it('knows every format that the help names', () => {
  const help = cli.run(['scan', '--help']).stdout;
  const named = /One of (text, [^.]+)\./.exec(help)?.[1]?.split(/,\s+/);
  expect(named?.sort()).toEqual(Object.keys(READERS).sort());
});

/** Tags nest, and text holds no bare `<` or `&`. */
function expectWellFormed(xml: string): void {
  const open: string[] = [];
  const outside = xml
    .replace(/<\?xml[^>]*\?>|<!\[CDATA\[[\s\S]*?\]\]>/g, '')
    .replace(
      /<(\/?)([\w-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
      (_, close: string, name: string, __, selfClosing: string) => {
        if (close) expect(open.pop()).toBe(name);
        else if (!selfClosing) open.push(name);
        return '';
      },
    );
  expect(open).toEqual([]);
  expect(outside).not.toMatch(/[<>]|&(?!(amp|lt|gt|quot|apos|#\w+);)/);
}

function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  for (const row of text.replace(/\r?\n$/, '').split(/\r?\n(?=(?:[^"]*"[^"]*")*[^"]*$)/))
    rows.push(row.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/));
  return rows;
}
