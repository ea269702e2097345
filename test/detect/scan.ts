import { createBuiltinDetector } from '../../src/detect/detector.ts';
import { createWasmKernel } from '../../src/detect/kernel/wasm-kernel.ts';
import type { Match } from '../../src/detect/types.ts';

export const detector = createBuiltinDetector(createWasmKernel);
export const prefilter = createWasmKernel(detector.anchors);

/** All matches in a text or in bytes, those that are not shown by default included. */
export function scan(content: string | Uint8Array): Match[] {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return detector.detect(bytes, prefilter.find(bytes));
}

/** What would be reported without asking for more. */
export function isShown(match: Match): boolean {
  return !match.example && match.confidence !== 'info' && match.allowedBy === undefined;
}
