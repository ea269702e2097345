import { escapeControl } from './escape.ts';

export interface Raw {
  markup: string;
}

/** Markup that was made here. */
export function raw(markup: string): Raw {
  return { markup };
}

/** Everything put into it is text, unless it is `raw`. */
export function html(pieces: TemplateStringsArray, ...values: (string | number | Raw)[]): string {
  return pieces.reduce((page, piece, at) => {
    const value = values[at - 1]!;
    return `${page}${typeof value === 'object' ? value.markup : escapeHtml(String(value))}${piece}`;
  });
}

function escapeHtml(text: string): string {
  return escapeControl(text).replace(/[&<>"'`]/g, (char) => `&#${char.charCodeAt(0)};`);
}
