import { execFileSync } from 'node:child_process';

/** Node cannot make one by itself. */
export function makeFifo(path: string): void {
  execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
}
