import { createBuiltinDetector } from '../../detect/detector.ts';
import type { Kernel } from '../../detect/kernel/types.ts';
import { createWasmKernel } from '../../detect/kernel/wasm-kernel.ts';
import type { AnchorSet } from '../../detect/types.ts';

/** Where our detector sees an ID with its secret, whatever the file's form. Examples and canaries are left out. */
export function findPairs(text: string): { line: number; keyId: string }[] {
  let kernel: Kernel | undefined;
  const kernelFor = (anchors: AnchorSet) => (kernel ??= createWasmKernel(anchors));
  const detector = createBuiltinDetector(kernelFor);
  const bytes = Buffer.from(text, 'latin1');
  const { count, offsets, tags } = kernelFor(detector.anchors).find(bytes);
  const candidates = { count, offsets: offsets.slice(0, count), tags: tags.slice(0, count) };
  return detector.detect(bytes, candidates).flatMap(({ keyId, secret, span, example, canary }) => {
    if (keyId === undefined || secret === undefined || example === true || canary === true) return [];
    return [{ keyId, line: text.slice(0, span.start).split('\n').length }];
  });
}
