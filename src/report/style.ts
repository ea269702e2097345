import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Named after what a piece of text is, so that the renderers hold no colours. */
export interface Style {
  place(text: string): string;
  high(text: string): string;
  medium(text: string): string;
  low(text: string): string;
  title(text: string): string;
  faint(text: string): string;
  command(text: string): string;
  good(text: string): string;
}

export function createStyle(color: boolean): Style {
  return {
    place: painter('bold'),
    high: painter(['bold', 'red']),
    medium: painter(['bold', 'yellow']),
    low: painter('cyan'),
    title: painter('bold'),
    faint: painter('dim'),
    command: painter('green'),
    good: painter('green'),
  };

  function painter(format: Format): (text: string) => string {
    if (!color) return (text) => text;
    // Whether to colour was decided for the stream in question; styleText would look at its own.
    return (text) => (text === '' ? '' : styleText(format, text, { validateStream: false }));
  }
}
