import { type Action, type Call, listOf } from '../../service.ts';
import type { StoredSecret } from '../../state/model.ts';
import { badParameter, onSecret, writableSecret } from './find.ts';

export const replicaActions: Readonly<Record<string, Action>> = {
  ReplicateSecretToRegions: { ...onSecret, run: replicateSecretToRegions },
  RemoveRegionsFromReplication: { ...onSecret, run: removeRegionsFromReplication },
};

/** A replica is the same secret seen from another region: it follows every write at once. */
export function addReplicas(secret: StoredSecret, asked: readonly unknown[]): void {
  const added = (asked as { Region?: string; KmsKeyId?: string }[]).map(({ Region, KmsKeyId }) => {
    if (Region === undefined || Region === secret.primaryRegion)
      throw badParameter('Invalid replica region.');
    return [Region, { kmsKeyId: KmsKeyId }] as const;
  });
  for (const [region, replica] of added) secret.replicas.set(region, replica);
}

export function replicationStatus({ replicas }: StoredSecret): unknown[] | undefined {
  if (replicas.size === 0) return undefined;
  return [...replicas].map(([Region, { kmsKeyId }]) => ({
    Region,
    KmsKeyId: kmsKeyId ?? 'alias/aws/secretsmanager',
    Status: 'InSync',
    StatusMessage: 'Replication succeeded',
  }));
}

function replicateSecretToRegions(call: Call): unknown {
  const secret = writableSecret(call);
  addReplicas(secret, listOf(call, 'AddReplicaRegions'));
  return { ARN: secret.arn, ReplicationStatus: replicationStatus(secret) };
}

function removeRegionsFromReplication(call: Call): unknown {
  const secret = writableSecret(call);
  for (const region of listOf(call, 'RemoveReplicaRegions')) secret.replicas.delete(String(region));
  return { ARN: secret.arn, ReplicationStatus: replicationStatus(secret) };
}
