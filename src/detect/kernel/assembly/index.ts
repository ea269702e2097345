export { inflate, prepare } from './inflate';
export { applyDelta, condense, deltaBaseSize, deltaTargetSize } from './delta';
export { resumeAt, scan } from './prefilter';
export { hits, tables } from './tables';
export { beginTrees, followTree, readTree, tellEveryName } from './trees';

/** First byte that is not one of the kernel's own tables. */
export function heapBase(): usize {
  return __heap_base;
}
