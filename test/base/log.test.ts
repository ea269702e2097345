import { describe, expect, it } from 'vitest';
import { createLogger, type LogLevel } from '../../src/base/log.ts';

function logAll(level: LogLevel, format: 'text' | 'json' = 'text'): string[] {
  const lines: string[] = [];
  const log = createLogger({ level, format, write: (line) => void lines.push(line), now: () => 0 });
  log.error('e');
  log.warn('w', { count: 2 });
  log.info('i');
  log.debug('d');
  return lines;
}

describe('the logger', () => {
  it('writes its level and worse', () => {
    expect(logAll('error')).toEqual(['keyturn: e\n']);
    expect(logAll('warn')).toEqual(['keyturn: e\n', 'keyturn: warning: w (count=2)\n']);
    expect(logAll('info')).toHaveLength(3);
    expect(logAll('debug')).toHaveLength(4);
  });

  it('writes one JSON object a line', () => {
    expect(logAll('warn', 'json').map((line) => JSON.parse(line))).toEqual([
      { time: '1970-01-01T00:00:00.000Z', level: 'error', message: 'e' },
      { time: '1970-01-01T00:00:00.000Z', level: 'warn', message: 'w', count: 2 },
    ]);
  });

  it('keeps a message to one line that does nothing to a terminal', () => {
    const lines: string[] = [];
    for (const format of ['text', 'json'] as const) {
      const log = createLogger({
        level: 'info',
        format,
        write: (line) => void lines.push(line),
        now: () => 0,
      });
      log.info('a\nb\u001b[2J\u202e', { path: 'x\ny' });
    }
    for (const line of lines) expect(line).toMatch(/^[ -~]+\n$/);
  });
});
