/** What a text holds, as `kind keyId secret`; the parts by the names of their values. */
export interface Case {
  text: string;
  finds: string[];
}

const AB = ['access-key-pair ID SECRET', 'access-key-pair ID2 SECRET2'];
const ABC = [...AB, 'access-key-pair ID3 SECRET3'];

/** Several credentials, and which belongs to which. */
export const SEVERAL: Record<string, Case> = {
  'two profiles': {
    text: '[dev]\naws_access_key_id = @ID@\naws_secret_access_key = @SECRET@\n\n[prod]\naws_access_key_id = @ID2@\naws_secret_access_key = @SECRET2@\n',
    finds: AB,
  },
  'two profiles, secret first in the second': {
    text: '[dev]\naws_access_key_id = @ID@\naws_secret_access_key = @SECRET@\n[prod]\naws_secret_access_key = @SECRET2@\naws_access_key_id = @ID2@\n',
    finds: AB,
  },
  'three profiles without blank lines': {
    text: '[a]\naws_access_key_id=@ID@\naws_secret_access_key=@SECRET@\n[b]\naws_access_key_id=@ID2@\naws_secret_access_key=@SECRET2@\n[c]\naws_access_key_id=@ID3@\naws_secret_access_key=@SECRET3@\n',
    finds: ABC,
  },
  'stems, secrets together': {
    text: 'DEV_AWS_ACCESS_KEY_ID=@ID@\nPROD_AWS_ACCESS_KEY_ID=@ID2@\nDEV_AWS_SECRET_ACCESS_KEY=@SECRET@\nPROD_AWS_SECRET_ACCESS_KEY=@SECRET2@\n',
    finds: AB,
  },
  'stems behind the name': {
    text: 'AWS_SECRET_ACCESS_KEY_DEV=@SECRET@\nAWS_SECRET_ACCESS_KEY_PROD=@SECRET2@\nAWS_ACCESS_KEY_ID_PROD=@ID2@\nAWS_ACCESS_KEY_ID_DEV=@ID@\n',
    finds: AB,
  },
  numbered: {
    text: 'accessKey1: @ID@\naccessKey2: @ID2@\nsecretKey1: @SECRET@\nsecretKey2: @SECRET2@\n',
    finds: AB,
  },
  'rows of a CSV': {
    text: 'user,Access key ID,Secret access key\nann,@ID@,@SECRET@\nbob,@ID2@,@SECRET2@\ncid,@ID3@,@SECRET3@\n',
    finds: ABC,
  },
  'rows, secret first': { text: '@SECRET@ @ID@\n@SECRET2@ @ID2@\n@SECRET3@ @ID3@\n', finds: ABC },
  'rows, colon': { text: '@ID@:@SECRET@\n@ID2@:@SECRET2@\n', finds: AB },
  'a list of objects': {
    text: '[{"id":"@ID@","secret":"@SECRET@"},{"id":"@ID2@","secret":"@SECRET2@"},{"id":"@ID3@","secret":"@SECRET3@"}]',
    finds: ABC,
  },
  'objects, secret first': {
    text: '[\n  {\n    "secretKey": "@SECRET@",\n    "accessKey": "@ID@"\n  },\n  {\n    "secretKey": "@SECRET2@",\n    "accessKey": "@ID2@"\n  }\n]\n',
    finds: AB,
  },
  'an ID of its own between': {
    text: '{"a":{"accessKey":"@ID@","secretKey":"@SECRET@"},"b":{"accessKey":"@ID3@"},"c":{"accessKey":"@ID2@","secretKey":"@SECRET2@"}}',
    finds: [...AB, 'access-key-id ID3 -'],
  },
  'YAML, two environments': {
    text: 'dev:\n  access_key: @ID@\n  secret_key: @SECRET@\nprod:\n  access_key: @ID2@\n  secret_key: @SECRET2@\n',
    finds: AB,
  },
  'YAML, secret first in one': {
    text: 'dev:\n  access_key: @ID@\n  secret_key: @SECRET@\nprod:\n  secret_key: @SECRET2@\n  access_key: @ID2@\n',
    finds: AB,
  },
  'YAML, list': {
    text: 'accounts:\n  - id: @ID@\n    secret: @SECRET@\n  - id: @ID2@\n    secret: @SECRET2@\n',
    finds: AB,
  },
  'kubernetes env, two containers': {
    text: 'containers:\n- name: a\n  env:\n  - name: AWS_ACCESS_KEY_ID\n    value: @ID@\n  - name: AWS_SECRET_ACCESS_KEY\n    value: @SECRET@\n- name: b\n  env:\n  - name: AWS_ACCESS_KEY_ID\n    value: @ID2@\n  - name: AWS_SECRET_ACCESS_KEY\n    value: @SECRET2@\n',
    finds: AB,
  },
  'two Kubernetes Secrets': {
    text: 'data:\n  AWS_ACCESS_KEY_ID: @b64:ID@\n  AWS_SECRET_ACCESS_KEY: @b64:SECRET@\n---\ndata:\n  AWS_ACCESS_KEY_ID: @b64:ID2@\n  AWS_SECRET_ACCESS_KEY: @b64:SECRET2@\n',
    finds: AB,
  },
  'XML elements': {
    text: '<keys><key><id>@ID@</id><secret>@SECRET@</secret></key><key><id>@ID2@</id><secret>@SECRET2@</secret></key></keys>',
    finds: AB,
  },
  'function calls': {
    text: 'a = connect("@ID@", "@SECRET@")\nb = connect("@ID2@", "@SECRET2@")\n',
    finds: AB,
  },
  'terraform, two providers': {
    text: 'provider "aws" {\n  access_key = "@ID@"\n  secret_key = "@SECRET@"\n}\nprovider "aws" {\n  alias      = "b"\n  access_key = "@ID2@"\n  secret_key = "@SECRET2@"\n}\n',
    finds: AB,
  },
  'one ID, two secrets under other names': {
    text: 'kms_key=@ID@ kms_aws_secret=@SECRET@ e2e_key=@ID@ e2e_aws_secret=@SECRET2@',
    finds: ['access-key-pair ID SECRET', 'access-key-pair ID SECRET2'],
  },
  'ambiguous: two secrets of other names': {
    text: '@ID@ kms_aws_secret=@SECRET@ e2e_aws_secret=@SECRET2@',
    finds: ['access-key-id ID -', 'secret-access-key - SECRET', 'secret-access-key - SECRET2'],
  },
  'ambiguous: two secrets of one name': {
    text: 'kms_aws_key=@ID@ kms_aws_secret=@SECRET@ KMS_AWS_SECRET=@SECRET2@',
    finds: ['access-key-id ID -', 'secret-access-key - SECRET', 'secret-access-key - SECRET2'],
  },
  'ambiguous: IDs first, then secrets': {
    text: 'ids: @ID@ @ID2@\nsecrets: @SECRET@ @SECRET2@\n',
    finds: [
      'access-key-id ID -',
      'access-key-id ID2 -',
      'secret-access-key - SECRET',
      'secret-access-key - SECRET2',
    ],
  },
  'other names do not go together': {
    text: 'dev_aws_access_key_id=@ID@\nprod_aws_secret_access_key=@SECRET@\n',
    finds: ['access-key-id ID -', 'secret-access-key - SECRET'],
  },
  'a pair twice': {
    text: 'AWS_ACCESS_KEY_ID=@ID@\nAWS_SECRET_ACCESS_KEY=@SECRET@\n\nAWS_ACCESS_KEY_ID=@ID@\nAWS_SECRET_ACCESS_KEY=@SECRET@\n',
    finds: ['access-key-pair ID SECRET', 'access-key-pair ID SECRET'],
  },
  'an example beside it': {
    text: 'aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = @SECRET@\n',
    finds: ['secret-access-key - SECRET'],
  },
  'an example secret beside it': {
    text: 'aws_access_key_id = @ID@\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n',
    finds: ['access-key-id ID -'],
  },
  'a session and a key': {
    text: '[base]\naws_access_key_id = @ID@\naws_secret_access_key = @SECRET@\n\n[mfa]\naws_access_key_id = @TEMP@\naws_secret_access_key = @SECRET2@\naws_session_token = @TOKEN@\n',
    finds: ['access-key-pair ID SECRET', 'session-credentials TEMP SECRET2 TOKEN'],
  },
  'two sessions': {
    text: '{"a":{"AccessKeyId":"@TEMP@","SecretAccessKey":"@SECRET@","SessionToken":"@TOKEN@"},"b":{"AccessKeyId":"@TEMP2@","SecretAccessKey":"@SECRET2@","SessionToken":"@TOKEN2@"}}',
    finds: ['session-credentials TEMP SECRET TOKEN', 'session-credentials TEMP2 SECRET2 TOKEN2'],
  },
};

const SESSION = ['session-credentials TEMP SECRET TOKEN'];

export const SESSIONS: Record<string, Case> = {
  shell: {
    text: 'export AWS_ACCESS_KEY_ID="@TEMP@"\nexport AWS_SECRET_ACCESS_KEY="@SECRET@"\nexport AWS_SESSION_TOKEN="@TOKEN@"\n',
    finds: SESSION,
  },
  'credentials file': {
    text: '[210987654321_Admin]\naws_access_key_id=@TEMP@\naws_secret_access_key=@SECRET@\naws_session_token=@TOKEN@\n',
    finds: SESSION,
  },
  'sts assume-role': {
    text: '{\n    "Credentials": {\n        "AccessKeyId": "@TEMP@",\n        "SecretAccessKey": "@SECRET@",\n        "SessionToken": "@TOKEN@",\n        "Expiration": "2024-01-01T00:00:00+00:00"\n    },\n    "AssumedRoleUser": {"AssumedRoleId": "AROAQAAAAAAARTDDDDDDE:x"}\n}\n',
    finds: SESSION,
  },
  'instance metadata': {
    text: '{\n  "Code" : "Success",\n  "Type" : "AWS-HMAC",\n  "AccessKeyId" : "@TEMP@",\n  "SecretAccessKey" : "@SECRET@",\n  "Token" : "@TOKEN@",\n  "Expiration" : "2024-01-01T00:00:00Z"\n}\n',
    finds: SESSION,
  },
  'token first': {
    text: 'AWS_SESSION_TOKEN=@TOKEN@\nAWS_SECRET_ACCESS_KEY=@SECRET@\nAWS_ACCESS_KEY_ID=@TEMP@\n',
    finds: SESSION,
  },
  XML: {
    text: '<Credentials><AccessKeyId>@TEMP@</AccessKeyId><SecretAccessKey>@SECRET@</SecretAccessKey><SessionToken>@TOKEN@</SessionToken></Credentials>',
    finds: SESSION,
  },
  Python: {
    text: "boto3.client('s3', aws_access_key_id='@TEMP@', aws_secret_access_key='@SECRET@', aws_session_token='@TOKEN@')\n",
    finds: SESSION,
  },
  Redshift: {
    text: "CREDENTIALS 'aws_access_key_id=@TEMP@;aws_secret_access_key=@SECRET@;token=@TOKEN@'\n",
    finds: SESSION,
  },
  'Lambda environment in a log': {
    text: '"AWS_SESSION_TOKEN":"@TOKEN@","AWS_LAMBDA_FUNCTION_NAME":"x","AWS_ACCESS_KEY_ID":"@TEMP@","AWS_SECRET_ACCESS_KEY":"@SECRET@"\n',
    finds: SESSION,
  },
  'base64 of all': {
    text: 'config: @b64({"AccessKeyId":"@TEMP@","SecretAccessKey":"@SECRET@","SessionToken":"@TOKEN@"})@\n',
    finds: SESSION,
  },
  'without its token': {
    text: 'AWS_ACCESS_KEY_ID=@TEMP@\nAWS_SECRET_ACCESS_KEY=@SECRET@\n',
    finds: ['access-key-pair TEMP SECRET'],
  },
  'a token alone': { text: 'aws_session_token = @TOKEN@\n', finds: ['session-token - TOKEN'] },
  'a token alone, unknown start': { text: 'AWS_SESSION_TOKEN=@base64_400@\n', finds: ['session-token'] },
};

/** Secrets that nothing but their name tells from any other random text. */
export const NAMED_SECRETS: string[] = [
  'AWS_SECRET_ACCESS_KEY=@SECRET@',
  'aws_secret_access_key = "@SECRET@"',
  "secret_access_key: '@SECRET@'",
  '"secretAccessKey": "@SECRET@",',
  '<secretAccessKey>@SECRET@</secretAccessKey>',
  'aws.secretKey=@SECRET@',
  'awsSecretKey := "@SECRET@"',
  'AWSSecretKey="@SECRET@" foo=bar',
  'export AWS_SECRET_KEY=@SECRET@',
  'Secret Access Key: @SECRET@',
  'setx AWS_SECRET_ACCESS_KEY @SECRET@',
  'System.setProperty("aws.secretAccessKey", "@SECRET@");',
  'fs.s3a.secret.key @SECRET@',
  's3_secret: @SECRET@',
  '- name: AWS_SECRET_ACCESS_KEY\n  value: @SECRET@',
  '<key>SecretAccessKey</key>\n<string>@SECRET@</string>',
  'AWS_SECRET_ACCESS_KEY: @b64:SECRET@',
  'AWS_SECRET_ACCESS_KEY: @b64nl:SECRET@',
  '"AWS_SECRET_ACCESS_KEY":"@slashes:SECRET@"',
  'aws_secret_access_key%3D@url:SECRET@%26x',
  '{\\"secretAccessKey\\":\\"@SECRET@\\"}',
  'config = @b64(aws_secret_access_key = @SECRET@)@',
  'AWS_SECRET_ACCESS_KEY=3D@SECRET@',
  'const secretKey = "@SECRET@"; // for s3',
];

/** IDs that stand alone in the midst of something. */
export const LONE_IDS: string[] = [
  '@ID@',
  'AWS_ACCESS_KEY_ID=@ID@',
  '"accessKeyId":"@ID@"',
  "printf('\\n@ID@\\n')",
  'x=a%3D@ID@%26b',
  '_@ID@_',
  '\u001b[1;32m@ID@\u001b[0m',
  'q=\\u0022@ID@\\u0022',
  'arn:aws:iam::210987654321:user/x/@ID@',
  '/home/user/keys/@ID@.pem',
  'Authorization: AWS4-HMAC-SHA256 Credential=@ID@/20240101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=@hex40@@hex24@',
  'Authorization: AWS @ID@:frJIUN8DYpKDtOLCwo//yllqDzg=',
  'ids: [@ID@,1]',
  '(@ID@)',
  '@ID@;',
  '<td>@ID@</td>',
  '{@ID@}',
  'key is @ID@.',
  '+@ID@',
  'AWS_ACCESS_KEY_ID: @b64:ID@',
  'token = @b64(user=@ID@&region=us-east-1)@',
  'id=@hex:ID@',
  '"errorMessage": "The AWS Access Key Id @ID@ does not exist"',
  'AWSAccessKeyId=@ID@&Signature=test',
];

/** Texts in which nothing may be reported. */
export const NOTHING: Record<string, string> = {
  'documented example':
    'aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n',
  'documented example, encoded':
    'data:\n  id: QUtJQUlPU0ZPRE5ON0VYQU1QTEU=\n  AWS_SECRET_ACCESS_KEY: d0phbHJYVXRuRkVNSS9LN01ERU5HL2JQeFJmaUNZRVhBTVBMRUtFWQ==\n',
  'placeholder with X':
    'AWS_ACCESS_KEY_ID=AKIAXXXXXXXXXXXXXXXX\nAWS_SECRET_ACCESS_KEY=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n',
  'placeholder in words': 'AWS_SECRET_ACCESS_KEY=YourSecretAccessKeyGoesHereAndNowhere1234',
  template: 'AWS_ACCESS_KEY_ID={{ aws_key }}\nAWS_SECRET_ACCESS_KEY=\x24{AWS_SECRET_ACCESS_KEY}\n',
  'no value': 'AWS_ACCESS_KEY_ID=\nAWS_SECRET_ACCESS_KEY=\nGIT_COMMIT=@hex40@\n',
  reference: 'AWS_SECRET_ACCESS_KEY: \x24{{ secrets.AWS_SECRET_ACCESS_KEY }}\n',
  'commit hash': 'commit @hex40@\nMerge: @hex7@ @hex7@\n',
  'SHA-1 with an AWS name': 'aws_secret_access_key = @hex40@\n',
  'yarn.lock':
    '"@babel/code-frame@^7.0.0":\n  version "7.0.0"\n  resolved "https://registry.yarnpkg.com/x/-/x-7.0.0.tgz#@hex40@"\n  integrity sha512-@base64_86@==\n',
  'package-lock.json': '"integrity": "sha512-@base64_86@==",\n"integrity": "sha1-@base64_27@=",\n',
  'pnpm-lock': 'resolution: {integrity: sha512-@base64_86@==}\n',
  'go.sum':
    'github.com/aws/aws-sdk-go v1.44.0 h1:@base64_43@=\ngithub.com/aws/aws-sdk-go v1.44.0/go.mod h1:@base64_43@=\n',
  'Cargo.lock': 'name = "aws-config"\nchecksum = "@hex64@"\n',
  'Gemfile.lock': 'GIT\n  remote: https://github.com/aws/x.git\n  revision: @hex40@\n',
  'composer.lock': '"reference": "@hex40@",\n"shasum": "@hex40@"\n',
  'poetry.lock': '{file = "boto3-1.0.whl", hash = "sha256:@hex64@"},\n',
  'SRI in HTML':
    '<script src="https://sdk.amazonaws.com/js/aws-sdk.js" integrity="sha384-@base64_64@"></script>\n',
  'base64 image': '<img src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUA@base64_400@">\n',
  'base64 font': "src: url('data:font/woff2;base64,d09GMgABAAAAA@base64_800@') format('woff2');\n",
  certificate:
    '-----BEGIN CERTIFICATE-----\nMIID@base64_60@\n@base64_64@\n@base64_64@\n-----END CERTIFICATE-----\n',
  'public key': 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ@base64_340@ user@host\n',
  JWT: 'Authorization: Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.@base64_43@\n',
  UUIDs: 'id: 3fa85f64-5717-4562-b3fc-2c963f66afa6 aws: 3fa85f64-5717-4562-b3fc-2c963f66afa7\n',
  ETag: 'ETag: "@hex32@-5"\nx-amz-id-2: @base64_76@=\nx-amz-request-id: 4442587FB7D0A2F9\n',
  'S3 path': 'https://bucket.s3.amazonaws.com/uploads/2024/Images/Products/Originals/photo12.jpg\n',
  'S3 path of forty': 's3://bucket/aws/Some0lder/or/Somepath/that0snotakeyyep/index.html\n',
  ARN: 'arn:aws:iam::123456789012:role/AWSCloudFormationStackSetAdministrationRole\n',
  account: 'aws_account_id = 123456789012\n"AccountId": "210987654321"\n',
  'instance ids':
    'i-0123456789abcdef0 vol-0123456789abcdef0 ami-0abcdef1234567890 subnet-0bb1c79de3EXAMPLE\n',
  'CDK flags':
    '"@aws-cdk/aws-ecs:disableExplicitDeploymentControllerForCircuitBreaker": true,\n"@aws-cdk/aws-codepipeline:crossAccountKeyAliasStackSafeResourceName": true\n',
  'long identifier': 'awsSecretAccessKeyProvider = RegistryStorageS3RegionendpointEnvVarKey\n',
  'long function name': 'const aws = exchangeAuthorizationAccessTokenWithPermission2(secretKey)\n',
  'upper-case words': 'TODAYINASIAASACKOFRICEFELLOVER\nASIA PACIFIC\nEUROPEASIAAUSTRALIAAMERICA\n',
  localisation: 'msgid "ASIA"\nmsgstr "ASIA"\nregion.ASIA_PACIFIC_SOUTHEAST=Asia Pacific\n',
  DNA: 'ACCATTGACCATAGGATCACCAATTACCAGGCATTACCAGATTACAGGACCATTTACAGGACCA\n'.repeat(5),
  principals: '"principalId": "AROAQAAAAAAARTDDDDDDE:session", "userId": "AIDAQAAAAAAARTDDDDDDE"\n',
  'principal in a policy': '"aws:userid": ["AROAQAAAAAAARTDDDDDDE:*", "210987654321"]\n',
  'lower case': 'akiaqaaaaaaartdddddd\n',
  'too short': 'AKIAQAAAAAAARTDDDDD\n',
  'too long': 'AKIAQAAAAAAARTDDDDDDE\n',
  'inside sha512': 'sha512-Zm9vYmFy@base64_20@aAKIAQAAAAAAARTDDDDDDz@base64_30@==\n',
  'inside base64': 'YCu38AvUpJs01zHxja7Z9qhZWVAfjxP5H/AKIAQAAAAAAARTDDDDDD+Q06phGgStkRWAHCQxYz8\n',
  'terraform plan ids':
    'random_id.x: Refreshing state... [id=@base64_22@]\naws_kms_key.k: Refreshing state... [id=3fa85f64-5717-4562-b3fc-2c963f66afa6]\n',
  'encrypted value': 'AWS_SECRET_ACCESS_KEY = @base64_54@==\n',
  'travis secure': 'env:\n  global:\n    - secure: "@base64_171@="\n',
  'ansible vault': '$ANSIBLE_VAULT;1.1;AES256\n@hex80@\n@hex80@\n',
  sops: 'aws_secret: ENC[AES256_GCM,data:@base64_54@==,iv:@base64_43@=,tag:@base64_22@==,type:str]\n',
  'KMS ciphertext': 'CiphertextBlob: AQICAHh@base64_200@==\n',
  'Django key': "SECRET_KEY = 'django-insecure-@hex40@'\n",
  'GitHub client secret': 'GITHUB_CLIENT_ID=Iv1.0123456789abcdef\nGITHUB_CLIENT_SECRET=@hex40@\n',
  'unlabelled forty characters': 'value = @SECRET@\n',
  'other names for forty characters': 'checksum: @SECRET@\ncursor = "@SECRET@"\nnonce="@SECRET@"\n',
  'client secret of someone else': 'client_secret: @SECRET@\n',
  'minified code':
    'function(e){return"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".charAt(e)}var secretKey=a.b.c.d\n',
  'alphabet in a secret': 'aws_secret_access_key = ABCDEFGHIJKLMNOPQRSTUVWXYZabcd1234567890\n',
  'minified names': 'secretAccessKey:this.getAWSSecretAccessKeyFromConfig2(e),accessKeyId:t\n',
  'PEM without a word of AWS':
    '-----BEGIN RSA PRIVATE KEY-----\n@base64_64@\n@base64_64@\n@base64_64@\n-----END RSA PRIVATE KEY-----\n',
  'AppSync key alone': 'x = "da2-abcdefghijklmnopqrst345678"\n',
  'GUID in MWS': 'amzn.mws.not-a-token\n',
  'bedrock prefix': 'if (key.startsWith("bedrock-api-key-")) return "ABSK";\n',
};
