import { plural } from '../../report/numbers.ts';
import { whereverThereIs } from '../regions.ts';
import type { Check } from '../types.ts';
import { fail, pass } from '../verdict.ts';

const instanceProfile: Check = {
  id: 'instance-profile',
  section: 5,
  title: 'Instances have a role',
  severity: 'medium',
  cis: { '1.5': '1.18', '3.0': '1.18', '5.0': '1.17' },
  securityHub: [],
  why: 'What runs on an instance without a role and calls AWS does so with a permanent key that somebody put there.',
  fix: {
    console: 'EC2 > Instances > the instance > Actions > Security > Modify IAM role',
    cli: 'aws ec2 associate-iam-instance-profile --instance-id INSTANCE_ID --iam-instance-profile Name=PROFILE',
  },
  judge: (facts) =>
    whereverThereIs(facts, 'no instance', async (there) => {
      const instances = await there.instances();
      const bare = instances
        .filter(({ profile }) => profile === undefined)
        .map(({ id, name, state }) =>
          fail(
            `arn:${facts.partition}:ec2:${there.region}:${facts.accountId}:instance/${id}`,
            `${name === undefined ? '' : `${name}, `}${state}, has no instance profile`,
          ),
        );
      const others = instances.length - bare.length;
      if (others === 0) return bare;
      return [...bare, pass(facts.accountArn, `${plural(others, 'instance')} with a profile`)];
    }),
};

export const INSTANCE_CHECKS: readonly Check[] = [instanceProfile];
