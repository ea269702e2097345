import { shellQuote } from './escape.ts';
import type { ReportOptions } from './reporter.ts';
import type { Finding } from './result.ts';

interface KindText {
  /** Singular, for one finding; `plural` for counts. */
  title: string;
  plural: string;
  /** What whoever holds it can do, for rule descriptions. */
  meaning: string;
  /** CVSS-like weight of 0 to 10, as code-scanning services sort by it. */
  severity: number;
}

const KINDS: Readonly<Record<string, KindText>> = {
  'access-key-id': {
    title: 'AWS access key ID',
    plural: 'access key IDs',
    meaning:
      'The public half of an AWS access key. Its secret half was often written down next to it, or soon after.',
    severity: 5.5,
  },
  'access-key-pair': {
    title: 'AWS access key pair',
    plural: 'access key pairs',
    meaning: 'An access key ID with its secret: whoever reads it acts as the IAM user it belongs to.',
    severity: 9.8,
  },
  'secret-access-key': {
    title: 'AWS secret access key',
    plural: 'secret access keys',
    meaning:
      'The secret half of an AWS access key. With the key ID, which is no secret, it gives full use of the key.',
    severity: 8.8,
  },
  'session-credentials': {
    title: 'AWS session credentials',
    plural: 'sets of session credentials',
    meaning:
      'A temporary key with its session token: whoever reads it acts as the role until the session expires.',
    severity: 8.5,
  },
  'session-token': {
    title: 'AWS session token',
    plural: 'session tokens',
    meaning: 'The token part of temporary AWS credentials.',
    severity: 6.5,
  },
  'bedrock-api-key': {
    title: 'Amazon Bedrock API key',
    plural: 'Bedrock API keys',
    meaning:
      'A long-lived bearer key for Amazon Bedrock: whoever reads it runs models at the expense of its account.',
    severity: 9.1,
  },
  'bedrock-session-key': {
    title: 'Amazon Bedrock session key',
    plural: 'Bedrock session keys',
    meaning:
      'A short-lived bearer key for Amazon Bedrock, valid for hours, with the rights of the session that made it.',
    severity: 7.5,
  },
  'service-credential': {
    title: 'AWS service-specific credential',
    plural: 'service-specific credentials',
    meaning: 'A password of an IAM user for one service.',
    severity: 7.5,
  },
  'mws-token': {
    title: 'Amazon MWS auth token',
    plural: 'MWS auth tokens',
    meaning: 'A token of Amazon Marketplace Web Service: access to orders and listings of a seller.',
    severity: 7.5,
  },
  'appsync-api-key': {
    title: 'AWS AppSync API key',
    plural: 'AppSync API keys',
    meaning: 'A key that lets its holder call a GraphQL API.',
    severity: 6.5,
  },
  'private-key': {
    title: 'Private key',
    plural: 'private keys',
    meaning: 'A private key, such as one that logs in to EC2 instances or signs CloudFront URLs.',
    severity: 8.5,
  },
  'sso-token': {
    title: 'IAM Identity Center token',
    plural: 'Identity Center tokens',
    meaning: 'A cached sign-in of IAM Identity Center: it buys role credentials until it expires.',
    severity: 7.5,
  },
  'presigned-url': {
    title: 'Presigned AWS URL',
    plural: 'presigned URLs',
    meaning: 'A URL that carries its own authorisation until it expires.',
    severity: 5,
  },
};

const OWN_KIND: KindText = {
  title: 'Credential',
  plural: 'credentials',
  meaning: 'A credential found by a pattern of your own.',
  severity: 7,
};

/** What is known of a kind; a kind of the user's own is described by its name. */
export function kindText(kind: string): KindText {
  return (
    KINDS[kind] ?? {
      ...OWN_KIND,
      title: `${OWN_KIND.title} (${kind})`,
      plural: `${OWN_KIND.plural} (${kind})`,
    }
  );
}

/** What a finding is called: the rule's title if there is one, else the kind's. */
export function findingTitle(finding: Finding, options: ReportOptions): string {
  return options.rules?.get(finding.rule)?.title ?? kindText(finding.kind).title;
}

/** The remedy for one finding. `command` can be pasted into a shell as it stands. */
export interface Remedy {
  command?: string;
  advice: string;
}

const STILL_LEAKED = 'Deleting the line does not un-leak it.';

/** The first thing to do about a leaked credential. Removing the line comes last, if at all. */
export function remedyFor({ kind, keyId, canary }: Pick<Finding, 'kind' | 'keyId' | 'canary'>): Remedy {
  if (canary === true) {
    return {
      advice: 'A canary token is bait: leave it alone, or ask whoever set it out. Any use alerts them.',
    };
  }
  switch (kind) {
    case 'access-key-id':
    case 'access-key-pair':
    case 'secret-access-key':
      return keyId === undefined ? SECRET_ALONE : keyIdRemedy(keyId);
    case 'session-credentials':
    case 'session-token':
    case 'bedrock-session-key':
      return SESSION;
    case 'bedrock-api-key':
    case 'service-credential':
      return SERVICE_CREDENTIAL;
    case 'private-key':
      return {
        advice: `Replace the key pair and remove its public half wherever it is trusted. ${STILL_LEAKED}`,
      };
    case 'sso-token':
      return {
        command: 'aws sso logout',
        advice: 'For its owner; an administrator ends the session in IAM Identity Center.',
      };
    case 'presigned-url':
      return { advice: 'It works until it expires; to end it sooner, deactivate the key that signed it.' };
    default:
      return { advice: `Revoke it where it was issued. ${STILL_LEAKED}` };
  }
}

const SECRET_ALONE: Remedy = {
  advice: `Find the key ID it belongs to and deactivate that key. ${STILL_LEAKED}`,
};

const SESSION: Remedy = {
  advice: `Revoke the active sessions of its role or user in IAM, or wait until it expires. ${STILL_LEAKED}`,
};

const SERVICE_CREDENTIAL: Remedy = {
  command: 'aws iam list-service-specific-credentials --all-users',
  advice: `Set it to Inactive with aws iam update-service-specific-credential; an SES SMTP password ends with the access key it was made from. ${STILL_LEAKED}`,
};

/** Prefixes: IAM User Guide, "Understanding unique ID prefixes". */
function keyIdRemedy(keyId: string): Remedy {
  switch (keyId.slice(0, 4)) {
    case 'ASIA':
    case 'ABIA':
      return SESSION;
    case 'ACCA':
      return SERVICE_CREDENTIAL;
    default:
      return {
        command: `aws iam update-access-key --access-key-id ${shellQuote(keyId)} --status Inactive`,
        advice: `Add --user-name for the key of another user. ${STILL_LEAKED}`,
      };
  }
}
