import { accountOf } from '../../detect/account.ts';
import { ServiceError } from '../errors.ts';
import { type Call, requiredText, type Service } from '../service.ts';

export const sts: Service = {
  name: 'sts',
  protocol: 'query',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  eventSource: 'sts.amazonaws.com',
  actions: {
    GetCallerIdentity: { isOpen: true, run: getCallerIdentity },
    GetAccessKeyInfo: { run: getAccessKeyInfo },
  },
};

function getCallerIdentity({ caller, account }: Call): unknown {
  return { UserId: caller.userId, Account: account.id, Arn: caller.arn };
}

/** Works for keys of any account; says nothing about whether they live. */
function getAccessKeyInfo(call: Call): unknown {
  const keyId = requiredText(call, 'AccessKeyId');
  const account = accountOf(keyId);
  if (keyId.length < 16 || account.state !== 'known')
    throw new ServiceError('ValidationError', 'Invalid AccessKeyId');
  return { Account: account.id };
}
