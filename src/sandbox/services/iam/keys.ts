import { ServiceError } from '../../errors.ts';
import { type Action, type Call, optionalText, requiredText } from '../../service.ts';
import { addKey } from '../../state/create.ts';
import { changeStatus, deleteKey, keysOf } from '../../state/keys.ts';
import type { AccessKey } from '../../state/model.ts';
import { noSuch, onUser, page, userOrCaller, userResource } from './common.ts';

/** Not adjustable; inactive keys count. */
export const KEYS_PER_USER = 2;

export const keyActions: Readonly<Record<string, Action>> = {
  CreateAccessKey: { ...onUser, run: createAccessKey },
  ListAccessKeys: { ...onUser, run: listAccessKeys },
  UpdateAccessKey: { ...onUser, run: updateAccessKey },
  DeleteAccessKey: { ...onUser, run: deleteAccessKey },
  GetAccessKeyLastUsed: { resource: lastUsedResource, run: getAccessKeyLastUsed },
};

function createAccessKey(call: Call): unknown {
  const userName = ownerOf(call);
  if (keysOf(call.account, userName).length >= KEYS_PER_USER) {
    throw new ServiceError(
      'LimitExceeded',
      `Cannot exceed quota for AccessKeysPerUser: ${KEYS_PER_USER}`,
      409,
    );
  }
  // It is born dead, so that its way to life takes as long as that of a reactivated one.
  const key = addKey(call.account, userName, { createdAt: call.now, status: 'Inactive' });
  changeStatus(key, 'Active', call.now, call.world.settings);
  return {
    AccessKey: {
      UserName: userName,
      AccessKeyId: key.id,
      Status: 'Active',
      SecretAccessKey: key.secret.reveal(),
      CreateDate: new Date(key.createdAt),
    },
  };
}

function listAccessKeys(call: Call): unknown {
  const userName = ownerOf(call);
  const { items, ...paging } = page(call, keysOf(call.account, userName));
  return {
    UserName: userName,
    AccessKeyMetadata: items.map((key) => ({
      UserName: userName,
      AccessKeyId: key.id,
      Status: key.status,
      CreateDate: new Date(key.createdAt),
    })),
    ...paging,
  };
}

function updateAccessKey(call: Call): void {
  const status = requiredText(call, 'Status');
  if (status !== 'Active' && status !== 'Inactive') {
    throw new ServiceError(
      'ValidationError',
      `1 validation error detected: Value '${status}' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]`,
    );
  }
  const key = namedKey(call);
  if (key.status !== status) changeStatus(key, status, call.now, call.world.settings);
}

function deleteAccessKey(call: Call): void {
  deleteKey(call.account, namedKey(call), call.now, call.world.settings);
}

function getAccessKeyLastUsed(call: Call): unknown {
  const id = requiredText(call, 'AccessKeyId');
  const key = call.account.keys.get(id);
  if (key?.status === 'Deleted') throw noSuch(`The Access Key with id ${id} cannot be found.`);
  if (key === undefined) {
    // AWS does not tell a key of another account from one that never was.
    throw new ServiceError(
      'AccessDenied',
      `User: ${call.caller.arn} is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key ${id}`,
      403,
    );
  }
  const { lastUsed } = key;
  return {
    UserName: key.userName,
    AccessKeyLastUsed: {
      LastUsedDate: lastUsed && new Date(lastUsed.at),
      ServiceName: lastUsed?.service ?? 'N/A',
      Region: lastUsed?.region ?? 'N/A',
    },
  };
}

/** The user's name, or undefined for root. */
function ownerOf(call: Call): string | undefined {
  const owner = userOrCaller(call);
  return owner === 'root' ? undefined : owner.name;
}

function namedKey(call: Call): AccessKey {
  const id = requiredText(call, 'AccessKeyId');
  const userName = ownerOf(call);
  const key = call.account.keys.get(id);
  if (key === undefined || key.status === 'Deleted' || key.userName !== userName)
    throw noSuch(`The Access Key with id ${id} cannot be found.`);
  return key;
}

function lastUsedResource(call: Call): string {
  const userName = call.account.keys.get(optionalText(call, 'AccessKeyId') ?? '')?.userName;
  return userName === undefined ? '*' : userResource({ ...call, input: { UserName: userName } });
}
