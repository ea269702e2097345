import type { Span } from '../types.ts';

/** What a decoder made of a run of a layer's bytes. */
export interface Decoded {
  /** The decoder's name as reports show it. */
  encoding: string;
  bytes: Uint8Array;
  /**
   * Only some characters were escaped: the text is the layer's own. False for a text of its own, such as base64
   * holds.
   */
  isOverlay: boolean;
  /** The run it was made of. */
  start: number;
  end: number;
  /** Bytes of the layer that decoded bytes [start, end) came from. */
  toOuter(span: Span): Span;
}
