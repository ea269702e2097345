import type { Receipt } from '../../aws/types.ts';
import type { StoredKey } from '../vault.ts';

/**
 * A place that a user's key is delivered to after it was promoted, such as an SSM parameter that an application reads. Secrets Manager
 * stays the truth: a sink holds a copy, and the old key is left alone until every sink gives the new one back.
 */
export interface Sink {
  /** As it was asked for: `ssm:/ci/aws`. */
  readonly name: string;
  /** What a write is called in the journal, as in policies where it is a call to AWS. */
  readonly action: string;
  /** The key that is there; undefined for none, or for something else. Throws a KeyturnError when the place cannot be read. */
  read(): Promise<StoredKey | undefined>;
  /** Puts `key` there, whatever stood there before. The same key again does no harm. Throws a KeyturnError. */
  write(key: StoredKey): Promise<Receipt>;
}
