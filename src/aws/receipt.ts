import type { Receipt } from './types.ts';

export function receiptOf(metadata: { requestId?: string | undefined }): Receipt {
  return { requestId: metadata.requestId ?? '' };
}
