import { ServiceError } from '../../errors.ts';
import { type Action, type Call, isTrue, optionalNumber, optionalText, requiredText } from '../../service.ts';
import { rootArn } from '../../state/arn.ts';
import type { User } from '../../state/model.ts';
import { noSuch, onUser, page, userOf, userOrCaller } from './common.ts';
import { describeUser } from './users.ts';

/** Passwords, MFA devices, and the other ways to sign in that a user may have. */
export const signInActions: Readonly<Record<string, Action>> = {
  CreateLoginProfile: { ...onUser, run: createLoginProfile },
  GetLoginProfile: { ...onUser, run: getLoginProfile },
  UpdateLoginProfile: { ...onUser, run: updateLoginProfile },
  DeleteLoginProfile: { ...onUser, run: deleteLoginProfile },
  ListMFADevices: { ...onUser, run: listMfaDevices },
  ListVirtualMFADevices: { run: listVirtualMfaDevices },
  DeactivateMFADevice: { ...onUser, run: deactivateMfaDevice },
  GetAccountPasswordPolicy: { run: getAccountPasswordPolicy },
  UpdateAccountPasswordPolicy: { run: updateAccountPasswordPolicy },
  DeleteAccountPasswordPolicy: { run: deleteAccountPasswordPolicy },
  // What the sandbox's users have none of.
  ListServiceSpecificCredentials: { ...onUser, run: emptyList('ServiceSpecificCredentials') },
  ListSSHPublicKeys: { ...onUser, run: emptyList('SSHPublicKeys') },
  ListSigningCertificates: { ...onUser, run: emptyList('Certificates') },
  ListSAMLProviders: { run: () => ({ SAMLProviderList: [] }) },
};

function createLoginProfile(call: Call): unknown {
  const user = userOf(call);
  if (user.loginProfile !== undefined)
    throw new ServiceError('EntityAlreadyExists', `Login Profile for user ${user.name} already exists.`, 409);
  user.loginProfile = { createdAt: call.now, resetRequired: isTrue(call, 'PasswordResetRequired') };
  return { LoginProfile: describeLoginProfile(user) };
}

function getLoginProfile(call: Call): unknown {
  return { LoginProfile: describeLoginProfile(withPassword(call)) };
}

function updateLoginProfile(call: Call): void {
  const { loginProfile } = withPassword(call);
  loginProfile!.resetRequired = isTrue(call, 'PasswordResetRequired');
}

function deleteLoginProfile(call: Call): void {
  withPassword(call).loginProfile = undefined;
}

function withPassword(call: Call): User {
  const user = userOf(call);
  if (user.loginProfile === undefined) throw noSuch(`Login Profile for User ${user.name} cannot be found.`);
  return user;
}

function describeLoginProfile({ name, loginProfile }: User): unknown {
  return {
    UserName: name,
    CreateDate: new Date(loginProfile!.createdAt),
    PasswordResetRequired: loginProfile!.resetRequired,
  };
}

function listMfaDevices(call: Call): unknown {
  const user = userOrCaller(call);
  const devices =
    user === 'root'
      ? []
      : [...user.mfaDevices].map(([serial, at]) => ({
          UserName: user.name,
          SerialNumber: serial,
          EnableDate: new Date(at),
        }));
  const { items, ...paging } = page(call, devices);
  return { MFADevices: items, ...paging };
}

/** Devices whose serial number is an ARN of `mfa`; the rest is hardware. */
function listVirtualMfaDevices(call: Call): unknown {
  const { account } = call;
  const ofUsers = [...account.users.values()].flatMap((user) =>
    [...user.mfaDevices]
      .filter(([serial]) => serial.includes(':mfa/'))
      .map(([serial, at]) => ({
        SerialNumber: serial,
        User: describeUser(account, user, false),
        EnableDate: new Date(at),
      })),
  );
  const { mfaSerial } = account.root;
  const ofRoot = mfaSerial?.includes(':mfa/')
    ? [
        {
          SerialNumber: mfaSerial,
          User: { UserId: account.id, Arn: rootArn(account), CreateDate: new Date(account.createdAt) },
          EnableDate: new Date(account.createdAt),
        },
      ]
    : [];
  const devices = optionalText(call, 'AssignmentStatus') === 'Unassigned' ? [] : [...ofRoot, ...ofUsers];
  const { items, ...paging } = page(call, devices);
  return { VirtualMFADevices: items, ...paging };
}

function deactivateMfaDevice(call: Call): void {
  const serial = requiredText(call, 'SerialNumber');
  if (!userOf(call).mfaDevices.delete(serial))
    throw noSuch(`MFA device with serial number ${serial} does not exist.`);
}

/** What AWS takes where a request says nothing. */
const PASSWORD_DEFAULTS = { MinimumPasswordLength: 6 } as const;
const PASSWORD_FLAGS = [
  'RequireSymbols',
  'RequireNumbers',
  'RequireUppercaseCharacters',
  'RequireLowercaseCharacters',
  'AllowUsersToChangePassword',
] as const;

function getAccountPasswordPolicy({ account }: Call): unknown {
  if (account.passwordPolicy === undefined)
    throw noSuch(`The Password Policy with domain name ${account.id} cannot be found.`);
  const { MaxPasswordAge = 0 } = account.passwordPolicy;
  const flags = Object.fromEntries(PASSWORD_FLAGS.map((flag) => [flag, false]));
  const always = { ...PASSWORD_DEFAULTS, ...flags, ExpirePasswords: MaxPasswordAge !== 0 };
  return { PasswordPolicy: { ...always, ...account.passwordPolicy } };
}

function updateAccountPasswordPolicy(call: Call): void {
  const maxAge = optionalNumber(call, 'MaxPasswordAge');
  const reuse = optionalNumber(call, 'PasswordReusePrevention');
  call.account.passwordPolicy = {
    MinimumPasswordLength:
      optionalNumber(call, 'MinimumPasswordLength') ?? PASSWORD_DEFAULTS.MinimumPasswordLength,
    ...Object.fromEntries(PASSWORD_FLAGS.map((flag) => [flag, isTrue(call, flag)])),
    ExpirePasswords: maxAge !== undefined && maxAge > 0,
    ...(maxAge === undefined ? {} : { MaxPasswordAge: maxAge }),
    ...(reuse === undefined ? {} : { PasswordReusePrevention: reuse }),
    HardExpiry: isTrue(call, 'HardExpiry'),
  };
}

function deleteAccountPasswordPolicy(call: Call): void {
  getAccountPasswordPolicy(call);
  call.account.passwordPolicy = undefined;
}

function emptyList(name: string): Action['run'] {
  return (call) => {
    if (optionalText(call, 'UserName') !== undefined) userOf(call);
    return { [name]: [], IsTruncated: false };
  };
}
