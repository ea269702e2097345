import { prepareDeltas } from './delta';
import { prepareInflate } from './inflate';

export { applyDelta, condense, deltaBaseSize, deltaTargetSize } from './delta';
export { inflate } from './inflate';
export { resumeAt, scan } from './prefilter';
export { hits, tables } from './tables';
export { beginTrees, followTree, readTree, tellEveryName } from './trees';

/** Fills the kernel's own tables that never change. To be called once. */
export function prepare(): void {
  prepareInflate();
  prepareDeltas();
}

/** First byte that is not one of the kernel's own tables. */
export function heapBase(): usize {
  return __heap_base;
}
