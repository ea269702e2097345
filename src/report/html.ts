import { escapeControl } from './escape.ts';

/** The head of a page that is complete in itself: no script, nothing is fetched, and a policy that says so to the browser. */
export function pageHead(title: string, style: string): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
`;
}

interface Raw {
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
