import { join } from 'node:path';
import { parseConfig } from '../../src/config/file.ts';
import { createBuiltinDetector } from '../../src/detect/detector.ts';
import { createWasmKernel } from '../../src/detect/kernel/wasm-kernel.ts';
import { readNotifyPlan } from '../../src/notify/notify-file.ts';
import type { NotifyPlan } from '../../src/notify/plan.ts';
import { createRedact } from '../../src/notify/redact.ts';

export const detector = createBuiltinDetector(createWasmKernel);
export const prefilter = createWasmKernel(detector.anchors);
export const redact = createRedact(detector, prefilter);

/** The section of a file named with --config; `text` is the part below `notify:`, without its indent. */
export async function planOf(text: string, folder = '/nowhere'): Promise<NotifyPlan> {
  const indented = text.replace(/^(?=.)/gm, '  ');
  const file = await parseConfig(`notify:\n${indented}`, join(folder, 'keyturn.yaml'), {
    specs: [],
    shownAs: 'keyturn.yaml',
    isProject: false,
  });
  const plan = readNotifyPlan({ project: file });
  if (plan === undefined) throw new Error('no section');
  return plan;
}
