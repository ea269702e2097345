import {
  DescribeInstanceAttributeCommand,
  DescribeRegionsCommand,
  type EC2Client,
  type Instance,
  paginateDescribeInstances,
  paginateDescribeLaunchTemplates,
  paginateDescribeLaunchTemplateVersions,
} from '@aws-sdk/client-ec2';
import { Secret } from '../../base/secret.ts';
import { asAwsCall } from '../errors.ts';
import { allOf } from './list.ts';
import type { Ec2Instance, Ec2Port } from './types.ts';

export function ec2Port(client: EC2Client): Ec2Port {
  return {
    regions: async () => {
      const { Regions = [] } = await asAwsCall('ec2:DescribeRegions', () =>
        client.send(new DescribeRegionsCommand({ AllRegions: true })),
      );
      return Regions.map(({ RegionName = '', OptInStatus }) => ({
        name: RegionName,
        isEnabled: OptInStatus !== 'not-opted-in',
      }));
    },

    instances: () =>
      allOf(
        'ec2:DescribeInstances',
        paginateDescribeInstances({ client, pageSize: 1000 }, {}),
        ({ Reservations = [] }) => Reservations.flatMap(({ Instances = [] }) => Instances.map(instanceOf)),
      ),

    userData: async (instanceId) => {
      const command = new DescribeInstanceAttributeCommand({ InstanceId: instanceId, Attribute: 'userData' });
      const { UserData } = await asAwsCall('ec2:DescribeInstanceAttribute', () => client.send(command));
      return UserData?.Value ? new Secret(UserData.Value) : undefined;
    },

    launchTemplates: () =>
      allOf(
        'ec2:DescribeLaunchTemplates',
        paginateDescribeLaunchTemplates({ client, pageSize: 200 }, {}),
        ({ LaunchTemplates }) =>
          LaunchTemplates?.map(({ LaunchTemplateId = '', LaunchTemplateName = '' }) => ({
            id: LaunchTemplateId,
            name: LaunchTemplateName,
          })),
      ),

    launchTemplateUserData: (templateId) =>
      allOf(
        'ec2:DescribeLaunchTemplateVersions',
        paginateDescribeLaunchTemplateVersions({ client, pageSize: 200 }, { LaunchTemplateId: templateId }),
        ({ LaunchTemplateVersions = [] }) =>
          LaunchTemplateVersions.flatMap(
            ({ VersionNumber = 0, DefaultVersion = false, LaunchTemplateData }) =>
              LaunchTemplateData?.UserData
                ? [
                    {
                      version: VersionNumber,
                      isDefault: DefaultVersion,
                      userData: new Secret(LaunchTemplateData.UserData),
                    },
                  ]
                : [],
          ),
      ),
  };
}

function instanceOf({ InstanceId = '', State, IamInstanceProfile, Tags = [] }: Instance): Ec2Instance {
  const name = Tags.find(({ Key }) => Key === 'Name')?.Value;
  return {
    id: InstanceId,
    state: State?.Name ?? '',
    ...(name && { name }),
    ...(IamInstanceProfile?.Arn !== undefined && { profile: IamInstanceProfile.Arn }),
  };
}
