/** From worst to least. */
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

type LogFields = Readonly<Record<string, string | number | boolean>>;

/** Messages for people, on standard error. A message is one line and holds no secret. */
export interface Logger {
  readonly level: LogLevel;
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
}

export interface LoggerOptions {
  level: LogLevel;
  /** `text`: `keyturn: message (key=value)`; `json`: one object a line with `time`, `level`, `message` and the fields. */
  format: 'text' | 'json';
  /** Gets whole lines, each with its line feed. */
  write: (line: string) => void;
  /** Milliseconds since the epoch. */
  now: () => number;
}

const RANK: Record<LogLevel, number> = { error: 0, warn: 1, info: 2, debug: 3 };

export function createLogger({ level, format, write, now }: LoggerOptions): Logger {
  function at(of: LogLevel): Logger['error'] {
    if (RANK[of] > RANK[level]) return () => {};
    return (message, fields = {}) =>
      write(format === 'json' ? toJson(of, message, fields, now()) : toText(of, message, fields));
  }
  return { level, error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}

function toJson(level: LogLevel, message: string, fields: LogFields, time: number): string {
  const line = JSON.stringify({ ...fields, time: new Date(time).toISOString(), level, message });
  return `${escapeControls(line)}\n`;
}

function toText(level: LogLevel, message: string, fields: LogFields): string {
  const said = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
  const prefix = level === 'warn' ? 'warning: ' : '';
  return `keyturn: ${escapeControls(`${prefix}${message}${said.length === 0 ? '' : ` (${said.join(' ')})`}`)}\n`;
}

/** File names are hostile: nothing of them may steer a terminal or forge a line. */
function escapeControls(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
