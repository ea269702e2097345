/** Rights that together make whoever has them act as a user or role, or a member of a group: where that is an administrator, so are they. */
export interface Combination {
  on: 'user' | 'role' | 'group';
  /** Asked of the user, role or group. */
  action: string;
  /**
   * Of a role that is passed: what the trust policy may name, and `iam:PassedToService`. They differ for some services, and a role of a
   * pipeline is one of its instances.
   */
  services?: readonly string[];
  /** Its trust policy has to let whoever asks in. To assume the role of an administrator is meant, and is no way up. */
  isAssumed?: boolean;
  /** Asked of anything. Of each list one action is enough. */
  starts?: readonly (readonly string[])[];
  /** What comes of it. */
  reason: string;
}

function passing(
  services: readonly string[],
  starts: readonly (readonly string[])[],
  reason: string,
): Combination {
  return { on: 'role', action: 'iam:PassRole', services, starts, reason };
}

/**
 * What is published as ways up: by Rhino Security Labs (AWS IAM Privilege Escalation Methods, 3 to 21), of prowler's
 * iam_policy_allows_privilege_escalation (02a5ce8), cloudsplaining (126e052), PMapper (graphing/*_edges.py) and, by service with what the role has
 * to trust, pathfinding.cloud. Of Step Functions (AWS SDK integrations) and Scheduler (universal targets) by their manuals. Left out is what changes
 * a workload without passing a role, such as lambda:UpdateFunctionCode alone: whose role it has is not read; and CodeStar, which has ended.
 */
export const COMBINATIONS: readonly Combination[] = [
  passing(
    ['lambda.amazonaws.com'],
    [
      ['lambda:CreateFunction'],
      ['lambda:InvokeFunction', 'lambda:CreateEventSourceMapping', 'lambda:AddPermission'],
    ],
    'a new function runs as the role',
  ),
  // A layer brings code of one's own, where the code itself may not be changed.
  passing(
    ['lambda.amazonaws.com'],
    [
      ['lambda:UpdateFunctionConfiguration'],
      [
        'lambda:UpdateFunctionCode',
        'lambda:InvokeFunction',
        'lambda:CreateEventSourceMapping',
        'lambda:AddPermission',
      ],
    ],
    'a function that is there runs as the role',
  ),
  passing(
    ['ec2.amazonaws.com'],
    [['ec2:RunInstances', 'ec2:RequestSpotInstances']],
    'a new instance has the credentials of the role',
  ),
  passing(
    ['ec2.amazonaws.com'],
    [
      ['ec2:AssociateIamInstanceProfile', 'ec2:ReplaceIamInstanceProfileAssociation'],
      ['ssm:SendCommand', 'ssm:StartSession', 'ec2-instance-connect:SendSSHPublicKey'],
    ],
    'an instance that is there has the credentials of the role',
  ),
  passing(
    ['ec2.amazonaws.com'],
    [
      ['autoscaling:CreateLaunchConfiguration'],
      ['autoscaling:CreateAutoScalingGroup', 'autoscaling:UpdateAutoScalingGroup'],
    ],
    'instances of a group have the credentials of the role',
  ),
  passing(
    ['cloudformation.amazonaws.com'],
    [['cloudformation:CreateStack', 'cloudformation:UpdateStack']],
    'a stack is made with the rights of the role',
  ),
  passing(
    ['cloudformation.amazonaws.com'],
    [['cloudformation:CreateChangeSet'], ['cloudformation:ExecuteChangeSet']],
    'a change set is done with the rights of the role',
  ),
  passing(
    ['cloudformation.amazonaws.com'],
    [['cloudformation:CreateStackSet'], ['cloudformation:CreateStackInstances']],
    'a stack set is made with the rights of the role',
  ),
  passing(
    ['codebuild.amazonaws.com'],
    [
      ['codebuild:CreateProject', 'codebuild:UpdateProject'],
      ['codebuild:StartBuild', 'codebuild:StartBuildBatch'],
    ],
    'a build runs as the role',
  ),
  passing(
    ['ecs-tasks.amazonaws.com'],
    [
      ['ecs:RegisterTaskDefinition'],
      ['ecs:RunTask', 'ecs:StartTask', 'ecs:CreateService', 'ecs:UpdateService'],
    ],
    'a container runs as the role',
  ),
  passing(
    ['ecs-tasks.amazonaws.com', 'batch.amazonaws.com'],
    [['batch:RegisterJobDefinition'], ['batch:SubmitJob']],
    'a job runs as the role',
  ),
  passing(
    ['glue.amazonaws.com'],
    [['glue:CreateDevEndpoint']],
    'a development endpoint has the credentials of the role',
  ),
  passing(
    ['glue.amazonaws.com'],
    [
      ['glue:CreateJob', 'glue:UpdateJob'],
      ['glue:StartJobRun', 'glue:CreateTrigger'],
    ],
    'a job runs as the role',
  ),
  passing(
    ['glue.amazonaws.com'],
    [['glue:CreateSession'], ['glue:RunStatement']],
    'statements of a session run as the role',
  ),
  passing(
    ['sagemaker.amazonaws.com'],
    [
      ['sagemaker:CreateNotebookInstance', 'sagemaker:UpdateNotebookInstance'],
      ['sagemaker:CreatePresignedNotebookInstanceUrl', 'sagemaker:CreateNotebookInstanceLifecycleConfig'],
    ],
    'a notebook has the credentials of the role',
  ),
  passing(
    ['sagemaker.amazonaws.com'],
    [['sagemaker:CreateTrainingJob', 'sagemaker:CreateProcessingJob']],
    'a job runs as the role',
  ),
  passing(
    ['ssm.amazonaws.com'],
    [['ssm:CreateDocument'], ['ssm:StartAutomationExecution']],
    'an automation runs as the role',
  ),
  passing(
    ['states.amazonaws.com'],
    [
      ['states:CreateStateMachine', 'states:UpdateStateMachine'],
      ['states:StartExecution', 'states:StartSyncExecution'],
    ],
    'a state machine calls AWS as the role',
  ),
  // A universal target is a call of AWS, made when the schedule says.
  passing(
    ['scheduler.amazonaws.com'],
    [['scheduler:CreateSchedule', 'scheduler:UpdateSchedule']],
    'a schedule calls AWS as the role',
  ),
  passing(
    ['datapipeline.amazonaws.com', 'elasticmapreduce.amazonaws.com', 'ec2.amazonaws.com'],
    [
      ['datapipeline:CreatePipeline'],
      ['datapipeline:PutPipelineDefinition'],
      ['datapipeline:ActivatePipeline'],
    ],
    'a pipeline runs as the role',
  ),
  passing(
    ['tasks.apprunner.amazonaws.com', 'apprunner.amazonaws.com'],
    [['apprunner:CreateService', 'apprunner:UpdateService']],
    'a service runs as the role',
  ),
  passing(
    ['bedrock-agentcore.amazonaws.com'],
    [
      ['bedrock-agentcore:CreateCodeInterpreter'],
      ['bedrock-agentcore:StartCodeInterpreterSession'],
      ['bedrock-agentcore:InvokeCodeInterpreter'],
    ],
    'a code interpreter runs as the role',
  ),
  // Within an account, a trust policy that names a principal needs no sts:AssumeRole beside it.
  {
    on: 'role',
    action: 'iam:UpdateAssumeRolePolicy',
    reason: 'whoever writes the trust policy may assume the role',
  },
  { on: 'role', action: 'sts:AssumeRole', isAssumed: true, reason: 'the role can be assumed' },
  { on: 'user', action: 'iam:CreateAccessKey', reason: 'a new key signs as the user' },
  { on: 'user', action: 'iam:CreateLoginProfile', reason: 'a new password signs in as the user' },
  { on: 'user', action: 'iam:UpdateLoginProfile', reason: 'another password signs in as the user' },
];

/** A way up only for users, and where the group has administrator rights. */
export const JOINING: Combination = {
  on: 'group',
  action: 'iam:AddUserToGroup',
  reason: 'whoever is in the group has its rights',
};
