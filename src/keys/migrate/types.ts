import type { Identity } from '../../aws/types.ts';
import type { Session } from '../session.ts';
import type { CredentialCall } from './call.ts';
import type { FileState } from './file.ts';
import type { Left, Place } from './read-source.ts';

/** The user whose key it is, as GetCallerIdentity told. */
export interface Owner extends Identity {
  user: string;
  /** Of the user: `/` or `/robots/`. */
  path: string;
}

/** What the secret holds before the move. */
export type Stock =
  | { state: 'absent' }
  /** This very key. */
  | { state: 'same'; versionId: string; keyId: string }
  /** Another key of the same user: the source was left behind by a rotation. */
  | { state: 'newer'; versionId: string; keyId: string };

/** One pair that is to be moved. */
export interface Move {
  file: FileState;
  place: Place;
  owner: Owner;
  stock: Stock;
  call: CredentialCall;
  /** Whose credential_process serves the secret: the profile of the pair, or a new one for a .env file. */
  profile: string;
}

export interface MovePlan {
  moves: Move[];
  left: (Left & { file: string })[];
  /** Files where an interrupted run left a backup. */
  interrupted: FileState[];
}

/** How a new secret is made. */
export interface SecretOptions {
  kmsKeyId?: string;
  replicaRegions: readonly string[];
  tags: Readonly<Record<string, string>>;
}

/** Starts a credential_process as an SDK would, with `AWS_PROFILE` set; its standard output. Throws a KeyturnError. */
export type RunProcess = (command: string, profile: string) => Promise<string>;

export type MoveStep =
  | 'create the secret'
  | 'verify the secret'
  | 'try the credential_process'
  | 'add the profile'
  | 'write a backup'
  | 'rewrite the source'
  | 'prove the source'
  | 'restore the source'
  | 'remove the backup';

/** What moving one pair works with. */
export interface MoveTools {
  session: Session;
  run: RunProcess;
  secret: SecretOptions;
  /** How keyturn is started. Of an interrupted run, nothing else is: the file may be someone else's. */
  program: string;
  /** Where profiles of .env files go: the AWS credentials file. */
  credentialsFile: string;
  /** Told of every step before it is done. */
  onStep?: (step: MoveStep) => void;
}
