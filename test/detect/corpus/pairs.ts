/** One access key pair each, as people have it in files of every kind. Nothing else in them may be reported. */
export const PAIRS: Record<string, string> = {
  dotenv:
    'NODE_ENV=production\nAWS_ACCESS_KEY_ID=@ID@\nAWS_SECRET_ACCESS_KEY=@SECRET@\nAWS_REGION=eu-west-1\n',
  'dotenv, quoted': 'AWS_ACCESS_KEY_ID="@ID@"\nAWS_SECRET_ACCESS_KEY="@SECRET@"\n',
  'dotenv, single quotes and export':
    "export AWS_ACCESS_KEY_ID='@ID@'\nexport AWS_SECRET_ACCESS_KEY='@SECRET@'\n",
  'dotenv, secret first': 'AWS_SECRET_ACCESS_KEY=@SECRET@\nAWS_ACCESS_KEY_ID=@ID@\n',
  'dotenv, other names between':
    'AWS_ACCESS_KEY_ID=@ID@\nMAIL_HOST=smtp.example.org\nDB_PASS=hunter2\nLOG_LEVEL=debug\nAWS_SECRET_ACCESS_KEY=@SECRET@\n',
  'dotenv, commented out': '# AWS_ACCESS_KEY_ID=@ID@\n# AWS_SECRET_ACCESS_KEY=@SECRET@\n',
  'dotenv, CRLF': 'AWS_ACCESS_KEY_ID=@ID@\r\nAWS_SECRET_ACCESS_KEY=@SECRET@\r\n',
  'dotenv, stems': 'PROD_AWS_ACCESS_KEY_ID=@ID@\nPROD_AWS_SECRET_ACCESS_KEY=@SECRET@\n',
  'dotenv, S3 names': 'S3_KEY=@ID@\nS3_SECRET=@SECRET@\nS3_BUCKET=media\n',
  'dotenv, storage names': 'STORAGE_ACCESS_KEY=@ID@\nSTORAGE_SECRET_KEY=@SECRET@\n',
  'dotenv, vite': 'VITE_AWS_KEY=@ID@\nVITE_AWS_SECRET=@SECRET@\n',
  'dotenv, react': 'REACT_APP_ACCESS_KEY_ID=@ID@\nREACT_APP_SECRET_ACCESS_KEY=@SECRET@',
  'dotenv, user and password': 'S3_USER=@ID@\nS3_PASSWORD=@SECRET@\n',
  'credentials file':
    '[default]\naws_access_key_id = @ID@\naws_secret_access_key = @SECRET@\nregion = us-east-1\n',
  'credentials file, no spaces': '[default]\naws_access_key_id=@ID@\naws_secret_access_key=@SECRET@\n',
  'credentials file, tabs': '[default]\naws_access_key_id\t=\t@ID@\naws_secret_access_key\t=\t@SECRET@\n',
  'boto.cfg':
    '[Credentials]\naws_access_key_id = @ID@\naws_secret_access_key = @SECRET@\n[Boto]\ndebug = 0\n',
  s3cfg:
    '[default]\naccess_key = @ID@\naccess_token = \nbucket_location = US\ncloudfront_host = cloudfront.amazonaws.com\nhuman_readable_sizes = False\nsecret_key = @SECRET@\nsend_chunk = 65536\n',
  'rclone.conf':
    '[remote]\ntype = s3\nprovider = AWS\nenv_auth = false\naccess_key_id = @ID@\nsecret_access_key = @SECRET@\nregion = eu-central-1\n',
  'passwd-s3fs': '@ID@:@SECRET@\n',
  'passwd-s3fs with bucket': 'mybucket:@ID@:@SECRET@\n',
  'secret first, colon': '@SECRET@:@ID@\n',
  's3 URL': 's3://@ID@:@url:SECRET@@backups/daily?region=eu-west-1\n',
  'sqs URL of celery': "CELERY_BROKER_URL = 'sqs://@ID@:@url:SECRET@@'\n",
  's3n URL of hadoop': 'distcp s3n://@ID@:@url:SECRET@@logs/2016 hdfs:///logs\n',
  restic:
    'restic -r s3:s3.amazonaws.com/bucket backup\n# AWS_ACCESS_KEY_ID=@ID@ AWS_SECRET_ACCESS_KEY=@SECRET@\n',
  'shell, one line': 'AWS_ACCESS_KEY_ID=@ID@ AWS_SECRET_ACCESS_KEY=@SECRET@ aws s3 ls\n',
  'shell, aws configure':
    'aws configure set aws_access_key_id @ID@\naws configure set aws_secret_access_key @SECRET@\n',
  'shell, heredoc':
    'cat > ~/.aws/credentials <<EOF\n[default]\naws_access_key_id = @ID@\naws_secret_access_key = @SECRET@\nEOF\n',
  'shell, aws configure dialogue':
    '$ aws configure\nAWS Access Key ID [None]: @ID@\nAWS Secret Access Key [None]: @SECRET@\nDefault region name [None]: us-west-2\n',
  'shell, defaults': 'KEY=\x24{AWS_ACCESS_KEY_ID:-@ID@}\nSECRET=\x24{AWS_SECRET_ACCESS_KEY:-@SECRET@}\n',
  'shell, options': 's3cmd --access_key=@ID@ --secret_key=@SECRET@ ls\n',
  'shell, options with spaces': 'mc alias set s3 https://s3.amazonaws.com @ID@ @SECRET@ --api S3v4\n',
  'shell, history':
    ': 1700000000:0;export AWS_ACCESS_KEY_ID=@ID@\n: 1700000002:0;export AWS_SECRET_ACCESS_KEY=@SECRET@\n',
  fish: 'set -x AWS_ACCESS_KEY_ID @ID@\nset -x AWS_SECRET_ACCESS_KEY @SECRET@\n',
  csh: 'setenv AWS_ACCESS_KEY_ID @ID@\nsetenv AWS_SECRET_ACCESS_KEY @SECRET@\n',
  PowerShell: '$Env:AWS_ACCESS_KEY_ID="@ID@"\n$Env:AWS_SECRET_ACCESS_KEY="@SECRET@"\n',
  'PowerShell, Set-AWSCredential': 'Set-AWSCredential -AccessKey @ID@ -SecretKey @SECRET@ -StoreAs default\n',
  'PowerShell, SetEnvironmentVariable':
    '[Environment]::SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "@ID@", "User")\n[Environment]::SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "@SECRET@", "User")\n',
  batch: '@echo off\r\nset AWS_ACCESS_KEY_ID=@ID@\r\nset AWS_SECRET_ACCESS_KEY=@SECRET@\r\n',
  'batch, setx': 'setx AWS_ACCESS_KEY_ID @ID@\r\nsetx AWS_SECRET_ACCESS_KEY @SECRET@\r\n',
  'Dockerfile, ENV':
    'FROM node:20\nENV AWS_ACCESS_KEY_ID @ID@\nENV AWS_SECRET_ACCESS_KEY @SECRET@\nRUN npm ci\n',
  'Dockerfile, ENV in one': 'ENV AWS_ACCESS_KEY_ID=@ID@ \\\n    AWS_SECRET_ACCESS_KEY=@SECRET@\n',
  'Dockerfile, ARG': 'ARG AWS_ACCESS_KEY_ID=@ID@\nARG AWS_SECRET_ACCESS_KEY=@SECRET@\n',
  'docker run': 'docker run -e AWS_ACCESS_KEY_ID=@ID@ -e AWS_SECRET_ACCESS_KEY=@SECRET@ -p 80:80 app\n',
  'docker-compose, mapping':
    'services:\n  app:\n    environment:\n      AWS_ACCESS_KEY_ID: @ID@\n      AWS_SECRET_ACCESS_KEY: @SECRET@\n',
  'docker-compose, list':
    'services:\n  app:\n    environment:\n      - AWS_ACCESS_KEY_ID=@ID@\n      - AWS_SECRET_ACCESS_KEY=@SECRET@\n',
  'docker inspect':
    '            "Env": [\n                "PATH=/usr/local/bin",\n                "AWS_ACCESS_KEY_ID=@ID@",\n                "AWS_SECRET_ACCESS_KEY=@SECRET@"\n            ],\n',
  'docker history':
    '<missing>  2 weeks ago  /bin/sh -c #(nop)  ENV AWS_SECRET_ACCESS_KEY=@SECRET@   0B\n<missing>  2 weeks ago  /bin/sh -c #(nop)  ENV AWS_ACCESS_KEY_ID=@ID@   0B\n',
  'terraform, provider':
    'provider "aws" {\n  region     = "us-east-1"\n  access_key = "@ID@"\n  secret_key = "@SECRET@"\n}\n',
  'terraform, variables':
    'variable "aws_access_key" {\n  default = "@ID@"\n}\n\nvariable "aws_secret_key" {\n  type    = string\n  default = "@SECRET@"\n}\n',
  'terraform, tfvars': 'aws_access_key = "@ID@"\naws_secret_key = "@SECRET@"\naws_region     = "us-east-1"\n',
  'terraform, backend':
    'terraform {\n  backend "s3" {\n    bucket = "state"\n    key    = "prod/terraform.tfstate"\n    access_key = "@ID@"\n    secret_key = "@SECRET@"\n  }\n}\n',
  'terraform, state':
    '"attributes": {\n            "create_date": "2024-01-01T00:00:00Z",\n            "id": "@ID@",\n            "key_fingerprint": null,\n            "pgp_key": null,\n            "secret": "@SECRET@",\n            "status": "Active",\n            "user": "deploy"\n          },\n',
  'terraform, output': 'Outputs:\n\naccess_key = @ID@\nsecret_key = @SECRET@\n',
  'CloudFormation output': 'Outputs:\n  AccessKey:\n    Value: @ID@\n  SecretKey:\n    Value: @SECRET@\n',
  'CloudFormation parameters':
    '[\n  { "ParameterKey": "AccessKeyId", "ParameterValue": "@ID@" },\n  { "ParameterKey": "SecretAccessKey", "ParameterValue": "@SECRET@" }\n]\n',
  CDK: "const app = new cdk.App();\nprocess.env.AWS_ACCESS_KEY_ID = '@ID@';\nprocess.env.AWS_SECRET_ACCESS_KEY = '@SECRET@';\n",
  'serverless.yml':
    'provider:\n  name: aws\n  environment:\n    ACCESS_KEY: @ID@\n    SECRET_KEY: @SECRET@\n',
  'SAM env.json':
    '{\n  "Parameters": {\n    "AWS_ACCESS_KEY_ID": "@ID@",\n    "AWS_SECRET_ACCESS_KEY": "@SECRET@"\n  }\n}\n',
  'ECS task definition':
    '"environment": [\n  {"name": "AWS_ACCESS_KEY_ID", "value": "@ID@"},\n  {"name": "AWS_SECRET_ACCESS_KEY", "value": "@SECRET@"}\n]\n',
  'ECS task definition, spread out':
    '"environment": [\n    {\n        "name": "AWS_ACCESS_KEY_ID",\n        "value": "@ID@"\n    },\n    {\n        "name": "AWS_SECRET_ACCESS_KEY",\n        "value": "@SECRET@"\n    }\n]\n',
  'ansible vars': 'aws_access_key: "@ID@"\naws_secret_key: "@SECRET@"\nec2_region: us-east-1\n',
  'ansible task':
    '- name: sync\n  amazon.aws.s3_object:\n    bucket: b\n    access_key: @ID@\n    secret_key: @SECRET@\n    mode: put\n',
  chef: "default['aws']['access_key_id'] = '@ID@'\ndefault['aws']['secret_access_key'] = '@SECRET@'\n",
  'knife.rb': 'knife[:aws_access_key_id] = "@ID@"\nknife[:aws_secret_access_key] = "@SECRET@"\n',
  puppet: "class { 's3fs':\n  aws_access_key => '@ID@',\n  aws_secret_key => '@SECRET@',\n}\n",
  salt: 'my-ec2-config:\n  id: @ID@\n  key: @SECRET@\n  driver: ec2\n',
  'helm values': 'aws:\n  accessKeyId: @ID@\n  secretAccessKey: @SECRET@\n  region: eu-west-1\n',
  'helm --set': 'helm install x --set aws.accessKey=@ID@,aws.secretKey=@SECRET@ ./chart\n',
  'kubernetes env':
    '        env:\n        - name: AWS_ACCESS_KEY_ID\n          value: "@ID@"\n        - name: AWS_SECRET_ACCESS_KEY\n          value: "@SECRET@"\n',
  'kubernetes stringData':
    'apiVersion: v1\nkind: Secret\nstringData:\n  AWS_ACCESS_KEY_ID: @ID@\n  AWS_SECRET_ACCESS_KEY: @SECRET@\n',
  'kubernetes data':
    'apiVersion: v1\nkind: Secret\ndata:\n  AWS_ACCESS_KEY_ID: @b64:ID@\n  AWS_SECRET_ACCESS_KEY: @b64:SECRET@\ntype: Opaque\n',
  'kubernetes data, line feeds inside': 'data:\n  access-key: @b64nl:ID@\n  secret-key: @b64nl:SECRET@\n',
  'kubernetes data, JSON':
    '{"apiVersion":"v1","data":{"AWS_ACCESS_KEY_ID":"@b64:ID@","AWS_SECRET_ACCESS_KEY":"@b64:SECRET@"},"kind":"Secret"}\n',
  'kubernetes data, whole file':
    'data:\n  credentials: @b64([default]\naws_access_key_id = @ID@\naws_secret_access_key = @SECRET@\n)@\n',
  'velero secret, twice encoded':
    'data:\n  cloud: @b64(@b64([default]\naws_access_key_id=@ID@\naws_secret_access_key=@SECRET@\n)@)@\n',
  'kubectl create':
    'kubectl create secret generic aws --from-literal=access-key=@ID@ --from-literal=secret-key=@SECRET@\n',
  'GitHub workflow': 'env:\n  AWS_ACCESS_KEY_ID: @ID@\n  AWS_SECRET_ACCESS_KEY: @SECRET@\njobs:\n',
  'GitHub workflow, with':
    '      - uses: aws-actions/configure-aws-credentials@v4\n        with:\n          aws-access-key-id: @ID@\n          aws-secret-access-key: @SECRET@\n          aws-region: us-east-1\n',
  'GitLab CI': 'variables:\n  AWS_ACCESS_KEY_ID: "@ID@"\n  AWS_SECRET_ACCESS_KEY: "@SECRET@"\n',
  CircleCI:
    '            echo "export AWS_ACCESS_KEY_ID=@ID@" >> $BASH_ENV\n            echo "export AWS_SECRET_ACCESS_KEY=@SECRET@" >> $BASH_ENV\n',
  Travis: 'deploy:\n  provider: s3\n  access_key_id: @ID@\n  secret_access_key: @SECRET@\n  bucket: site\n',
  Jenkinsfile: "environment {\n  AWS_ACCESS_KEY_ID = '@ID@'\n  AWS_SECRET_ACCESS_KEY = '@SECRET@'\n}\n",
  'Jenkins credentials.xml':
    '<com.cloudbees.jenkins.plugins.awscredentials.AWSCredentialsImpl>\n  <scope>GLOBAL</scope>\n  <id>deploy</id>\n  <accessKey>@ID@</accessKey>\n  <secretKey>@SECRET@</secretKey>\n</com.cloudbees.jenkins.plugins.awscredentials.AWSCredentialsImpl>\n',
  Drone: 'settings:\n  access_key: @ID@\n  secret_key: @SECRET@\n  bucket: x\n',
  Bitbucket:
    'pipelines:\n  default:\n    - step:\n        script:\n          - pipe: atlassian/aws-s3-deploy:1.1.0\n            variables:\n              AWS_ACCESS_KEY_ID: "@ID@"\n              AWS_SECRET_ACCESS_KEY: "@SECRET@"\n',
  'package.json script':
    '"scripts": {\n    "deploy": "AWS_ACCESS_KEY_ID=@ID@ AWS_SECRET_ACCESS_KEY=@SECRET@ sls deploy"\n  },\n',
  'JavaScript, v2 SDK':
    "AWS.config.update({\n  accessKeyId: '@ID@',\n  secretAccessKey: '@SECRET@',\n  region: 'us-east-1',\n});\n",
  'JavaScript, v3 SDK':
    'const client = new S3Client({ region: "us-east-1", credentials: { accessKeyId: "@ID@", secretAccessKey: "@SECRET@" } });\n',
  'JavaScript, constants': 'const ACCESS_KEY = "@ID@";\nconst SECRET = "@SECRET@";\n',
  'JavaScript, fallback':
    'const id = process.env.AWS_ACCESS_KEY_ID || "@ID@";\nconst secret = process.env.AWS_SECRET_ACCESS_KEY || "@SECRET@";\n',
  'JavaScript, minified':
    '!function(e,t){var n=e.AWS;n.config.update({accessKeyId:"@ID@",secretAccessKey:"@SECRET@",region:"us-east-1"});t.exports=n}(window,module);\n',
  'JavaScript, minified and short names':
    'var a="@ID@",b="@SECRET@",c=new d.S3({accessKeyId:a,secretAccessKey:b});\n',
  'JavaScript, template': 'const key = `@ID@`;\nconst secret = `@SECRET@`;\n',
  'source map':
    '{"version":3,"sourcesContent":["AWS.config.update({\\n  accessKeyId: \'@ID@\',\\n  secretAccessKey: \'@SECRET@\'\\n});\\n"]}\n',
  TypeScript:
    "export const environment = {\n  production: true,\n  aws: { accessKeyId: '@ID@', secretAccessKey: '@SECRET@' } as const,\n};\n",
  'TypeScript, typed':
    'private readonly accessKeyId: string = "@ID@";\nprivate readonly secretAccessKey: string = "@SECRET@";\n',
  'Python, boto3': "s3 = boto3.client('s3', aws_access_key_id='@ID@', aws_secret_access_key='@SECRET@')\n",
  'Python, boto3 over lines':
    "session = boto3.Session(\n    aws_access_key_id='@ID@',\n    aws_secret_access_key='@SECRET@',\n)\n",
  'Python, boto positional': "conn = boto.connect_s3('@ID@', '@SECRET@')\n",
  'Python, Django':
    "AWS_ACCESS_KEY_ID = '@ID@'\nAWS_SECRET_ACCESS_KEY = '@SECRET@'\nAWS_STORAGE_BUCKET_NAME = 'media'\n",
  'Python, os.environ':
    "os.environ['AWS_ACCESS_KEY_ID'] = '@ID@'\nos.environ['AWS_SECRET_ACCESS_KEY'] = '@SECRET@'\n",
  'Python, getenv default':
    "KEY = os.getenv('AWS_ACCESS_KEY_ID', '@ID@')\nSECRET = os.getenv('AWS_SECRET_ACCESS_KEY', '@SECRET@')\n",
  'Python, bytes': "key = b'@ID@'\nsecret = b'@SECRET@'\n",
  'Python, dict': "creds = {'key': '@ID@', 'secret': '@SECRET@'}\n",
  'Python, tuple': "ACCOUNTS = [('prod', '@ID@', '@SECRET@')]\n",
  'Ruby, fog':
    "fog_credentials = {\n  :provider              => 'AWS',\n  :aws_access_key_id     => '@ID@',\n  :aws_secret_access_key => '@SECRET@'\n}\n",
  'Ruby, Aws.config': "Aws.config.update(credentials: Aws::Credentials.new('@ID@', '@SECRET@'))\n",
  'Ruby, ENV.fetch':
    "key = ENV.fetch('AWS_ACCESS_KEY_ID', '@ID@')\nsecret = ENV.fetch('AWS_SECRET_ACCESS_KEY', '@SECRET@')\n",
  'Rails storage.yml':
    'amazon:\n  service: S3\n  access_key_id: @ID@\n  secret_access_key: @SECRET@\n  region: us-east-1\n  bucket: b\n',
  'Rails, paperclip':
    "config.paperclip_defaults = {\n  s3_credentials: {\n    access_key_id: '@ID@',\n    secret_access_key: '@SECRET@'\n  }\n}\n",
  'Go, static credentials': 'creds := credentials.NewStaticCredentials("@ID@", "@SECRET@", "")\n',
  'Go, constants': 'const (\n\taccessKey = "@ID@"\n\tsecretKey = "@SECRET@"\n)\n',
  'Go, Setenv':
    '\tos.Setenv("AWS_ACCESS_KEY_ID", "@ID@")\n\tos.Setenv("AWS_SECRET_ACCESS_KEY", "@SECRET@")\n',
  'Java, BasicAWSCredentials': 'AWSCredentials c = new BasicAWSCredentials(\n    "@ID@",\n    "@SECRET@");\n',
  'Java, constants':
    'private static final String ACCESS_KEY = "@ID@";\nprivate static final String SECRET_KEY = "@SECRET@";\n',
  'Java, setProperty':
    'System.setProperty("aws.accessKeyId", "@ID@");\nSystem.setProperty("aws.secretKey", "@SECRET@");\n',
  'Java, properties': 'accessKey=@ID@\nsecretKey=@SECRET@\n',
  'Java, properties, dotted':
    'cloud.aws.credentials.access-key=@ID@\ncloud.aws.credentials.secret-key=@SECRET@\n',
  'Spring application.yml':
    'cloud:\n  aws:\n    credentials:\n      access-key: @ID@\n      secret-key: @SECRET@\n    region:\n      static: eu-west-1\n',
  Kotlin: 'val accessKey = "@ID@"\nval secretKey = "@SECRET@"\n',
  'Android strings.xml':
    '<resources>\n    <string name="aws_access_key">@ID@</string>\n    <string name="aws_secret_key">@SECRET@</string>\n</resources>\n',
  'Android gradle':
    'buildConfigField "String", "AWS_KEY", "\\"@ID@\\""\nbuildConfigField "String", "AWS_SECRET", "\\"@SECRET@\\""\n',
  'Gradle maven': "credentials(AwsCredentials) {\n  accessKey '@ID@'\n  secretKey '@SECRET@'\n}\n",
  'gradle.properties': 'awsAccessKey=@ID@\nawsSecretKey=@SECRET@\n',
  'Maven settings.xml':
    '<server>\n  <id>releases</id>\n  <username>@ID@</username>\n  <password>@SECRET@</password>\n</server>\n',
  sbt: 'credentials += Credentials("Amazon S3", "s3.amazonaws.com", "@ID@", "@SECRET@")\n',
  'Scala, spark':
    'sc.hadoopConfiguration.set("fs.s3a.access.key", "@ID@")\nsc.hadoopConfiguration.set("fs.s3a.secret.key", "@SECRET@")\n',
  'spark-submit':
    'spark-submit --conf spark.hadoop.fs.s3a.access.key=@ID@ --conf spark.hadoop.fs.s3a.secret.key=@SECRET@ job.py\n',
  'spark-defaults.conf': 'spark.hadoop.fs.s3a.access.key  @ID@\nspark.hadoop.fs.s3a.secret.key  @SECRET@\n',
  'core-site.xml':
    '<property>\n  <name>fs.s3a.access.key</name>\n  <value>@ID@</value>\n</property>\n<property>\n  <name>fs.s3a.secret.key</name>\n  <value>@SECRET@</value>\n</property>\n',
  'C#': 'var client = new AmazonS3Client("@ID@", "@SECRET@", RegionEndpoint.USEast1);\n',
  'C#, constants': 'private const string AccessKey = "@ID@";\nprivate const string SecretKey = "@SECRET@";\n',
  'appsettings.json':
    '{\n  "AWS": {\n    "AccessKey": "@ID@",\n    "SecretKey": "@SECRET@",\n    "Region": "us-east-1"\n  }\n}\n',
  'web.config':
    '<appSettings>\n  <add key="AWSAccessKey" value="@ID@" />\n  <add key="AWSSecretKey" value="@SECRET@" />\n</appSettings>\n',
  PHP: "$s3 = new S3Client(['credentials' => ['key' => '@ID@', 'secret' => '@SECRET@']]);\n",
  'PHP, define': "define('AWS_ACCESS_KEY_ID', '@ID@');\ndefine('AWS_SECRET_ACCESS_KEY', '@SECRET@');\n",
  'wp-config':
    "define( 'AS3CF_SETTINGS', serialize( array(\n    'provider' => 'aws',\n    'access-key-id' => '@ID@',\n    'secret-access-key' => '@SECRET@',\n) ) );\n",
  'PHP, serialized':
    'a:2:{s:17:"aws-access-key-id";s:20:"@ID@";s:21:"aws-secret-access-key";s:40:"@SECRET@";}\n',
  'Laravel filesystems':
    "'s3' => [\n    'driver' => 's3',\n    'key' => env('AWS_ACCESS_KEY_ID', '@ID@'),\n    'secret' => env('AWS_SECRET_ACCESS_KEY', '@SECRET@'),\n],\n",
  'Symfony parameters.yml': 'parameters:\n    amazon.s3.key: @ID@\n    amazon.s3.secret: @SECRET@\n',
  Rust: 'let credentials = Credentials::new("@ID@", "@SECRET@", None, None, "static");\n',
  'Rust, constants': 'const ACCESS_KEY: &str = "@ID@";\nconst SECRET_KEY: &str = "@SECRET@";\n',
  Swift: 'let credentialsProvider = AWSStaticCredentialsProvider(accessKey: "@ID@", secretKey: "@SECRET@")\n',
  'Objective-C': 'NSString *accessKey = @"@ID@";\nNSString *secretKey = @"@SECRET@";\n',
  'Objective-C, define': '#define ACCESS_KEY_ID @"@ID@"\n#define SECRET_KEY @"@SECRET@"\n',
  plist:
    '<dict>\n\t<key>AccessKeyID</key>\n\t<string>@ID@</string>\n\t<key>SecretAccessKey</key>\n\t<string>@SECRET@</string>\n</dict>\n',
  Perl: "my $aws_access_key_id = '@ID@';\nmy $aws_secret_access_key = '@SECRET@';\n",
  R: 'Sys.setenv("AWS_ACCESS_KEY_ID" = "@ID@",\n           "AWS_SECRET_ACCESS_KEY" = "@SECRET@")\n',
  Matlab: "setenv('AWS_ACCESS_KEY_ID', '@ID@');\nsetenv('AWS_SECRET_ACCESS_KEY', '@SECRET@');\n",
  C: 'static const char *aws_access_key_id = "@ID@";\nstatic const char *aws_secret_access_key = "@SECRET@";\n',
  'C++': 'Aws::Auth::AWSCredentials creds("@ID@", "@SECRET@");\n',
  Lua: 'local access_key = "@ID@"\nlocal secret_key = "@SECRET@"\n',
  Elixir: 'config :ex_aws,\n  access_key_id: "@ID@",\n  secret_access_key: "@SECRET@"\n',
  Erlang: '{aws, [{access_key, "@ID@"}, {secret_key, "@SECRET@"}]}.\n',
  Clojure: '(def cred {:access-key "@ID@"\n           :secret-key "@SECRET@"})\n',
  Haskell: 'keys = AccessKey "@ID@" $ SecretKey "@SECRET@"\n',
  Dart: "final accessKey = '@ID@';\nfinal secretKey = '@SECRET@';\n",
  Groovy: 'def accessKey = "@ID@"\ndef secretKey = "@SECRET@"\n',
  VB: 'Dim accessKey As String = "@ID@"\nDim secretKey As String = "@SECRET@"\n',
  Makefile: 'export AWS_ACCESS_KEY_ID := @ID@\nexport AWS_SECRET_ACCESS_KEY := @SECRET@\n',
  TOML: '[aws]\naccess_key_id = "@ID@"\nsecret_access_key = "@SECRET@"\n',
  'HCL, packer': '"variables": {\n    "aws_access_key": "@ID@",\n    "aws_secret_key": "@SECRET@"\n  },\n',
  'Packer HCL2':
    'source "amazon-ebs" "x" {\n  access_key    = "@ID@"\n  secret_key    = "@SECRET@"\n  instance_type = "t2.micro"\n}\n',
  Vagrantfile:
    'config.vm.provider :aws do |aws, override|\n  aws.access_key_id = "@ID@"\n  aws.secret_access_key = "@SECRET@"\nend\n',
  Vault: 'vault write aws/config/root access_key=@ID@ secret_key=@SECRET@ region=us-east-1\n',
  'Vault, read':
    'Key                Value\n---                -----\nlease_id           aws/creds/my-role/f3e92392-7d9c-09c8-c921-575d62fe80d8\naccess_key         @ID@\nsecret_key         @SECRET@\nsecurity_token     <nil>\n',
  Logstash:
    'input {\n  s3 {\n    access_key_id => "@ID@"\n    secret_access_key => "@SECRET@"\n    bucket => "logs"\n  }\n}\n',
  Fluentd: '<match **>\n  @type s3\n  aws_key_id @ID@\n  aws_sec_key @SECRET@\n  s3_bucket logs\n</match>\n',
  Vector: '[sinks.s3]\ntype = "aws_s3"\nauth.access_key_id = "@ID@"\nauth.secret_access_key = "@SECRET@"\n',
  Elasticsearch: 's3.client.default.access_key: @ID@\ns3.client.default.secret_key: @SECRET@\n',
  'Elasticsearch snapshot':
    'PUT _snapshot/backup\n{ "type": "s3", "settings": { "bucket": "b", "access_key": "@ID@", "secret_key": "@SECRET@" } }\n',
  'Redshift COPY':
    "COPY t FROM 's3://b/p' CREDENTIALS 'aws_access_key_id=@ID@;aws_secret_access_key=@SECRET@' CSV;\n",
  'Redshift COPY, keywords': "copy t from 's3://b/p' access_key_id '@ID@' secret_access_key '@SECRET@';\n",
  'Snowflake stage':
    "CREATE STAGE s URL='s3://b/' CREDENTIALS=(AWS_KEY_ID='@ID@' AWS_SECRET_KEY='@SECRET@');\n",
  'SQL dump': "INSERT INTO `settings` VALUES (1,'aws_key','@ID@'),(2,'aws_secret','@SECRET@');\n",
  'SQL dump, one row': "INSERT INTO accounts VALUES (7,'deploy','@ID@','@SECRET@','2020-01-01 00:00:00');\n",
  JDBC: 'jdbc:awsathena://AwsRegion=us-east-1;UID=@ID@;PWD=@SECRET@;S3OutputLocation=s3://q/\n',
  'systemd unit':
    '[Service]\nEnvironment="AWS_ACCESS_KEY_ID=@ID@" "AWS_SECRET_ACCESS_KEY=@SECRET@"\nExecStart=/usr/bin/backup\n',
  'systemd unit, two lines':
    '[Service]\nEnvironment=AWS_ACCESS_KEY_ID=@ID@\nEnvironment=AWS_SECRET_ACCESS_KEY=@SECRET@\n',
  crontab:
    '0 3 * * * AWS_ACCESS_KEY_ID=@ID@ AWS_SECRET_ACCESS_KEY=@SECRET@ /usr/local/bin/backup >/dev/null 2>&1\n',
  supervisord: 'environment=AWS_ACCESS_KEY_ID="@ID@",AWS_SECRET_ACCESS_KEY="@SECRET@"\n',
  uwsgi: 'env = AWS_ACCESS_KEY_ID=@ID@\nenv = AWS_SECRET_ACCESS_KEY=@SECRET@\n',
  nginx: 'aws_access_key @ID@;\naws_secret_key @SECRET@;\ns3_bucket b;\n',
  Apache: 'SetEnv AWS_ACCESS_KEY_ID @ID@\nSetEnv AWS_SECRET_ACCESS_KEY @SECRET@\n',
  netrc: 'machine s3.amazonaws.com login @ID@ password @SECRET@\n',
  pypirc: '[s3pypi]\nusername: @ID@\npassword: @SECRET@\n',
  'wgetrc-like': 'user=@ID@\npassword=@SECRET@\n',
  'cyberduck bookmark':
    '<key>Username</key>\n<string>@ID@</string>\n<key>Password</key>\n<string>@SECRET@</string>\n',
  'CSV from the console': 'Access key ID,Secret access key\n@ID@,@SECRET@\n',
  'CSV from the console, long':
    'User name,Password,Access key ID,Secret access key,Console login link\ndeploy,,@ID@,@SECRET@,https://210987654321.signin.aws.amazon.com/console\n',
  'CSV, semicolons and quotes': '"User";"Access key ID";"Secret access key"\n"deploy";"@ID@";"@SECRET@"\n',
  TSV: 'deploy\t@ID@\t@SECRET@\n',
  'create-access-key output':
    '{\n    "AccessKey": {\n        "UserName": "deploy",\n        "AccessKeyId": "@ID@",\n        "Status": "Active",\n        "SecretAccessKey": "@SECRET@",\n        "CreateDate": "2024-01-01T00:00:00+00:00"\n    }\n}\n',
  'create-access-key as text': 'ACCESSKEY\t@ID@\t2024-01-01T00:00:00+00:00\t@SECRET@\tActive\tdeploy\n',
  'create-access-key XML':
    '<CreateAccessKeyResult><AccessKey><UserName>x</UserName><AccessKeyId>@ID@</AccessKeyId><Status>Active</Status><SecretAccessKey>@SECRET@</SecretAccessKey></AccessKey></CreateAccessKeyResult>\n',
  'JSON on one line': '{"accessKeyId":"@ID@","secretAccessKey":"@SECRET@","region":"us-east-1"}\n',
  'JSON, secret with escaped slashes': '{"accessKeyId":"@ID@","secretAccessKey":"@slashes:SECRET@"}\n',
  'JSON, secret with unicode escapes': '{"accessKeyId":"@ID@","secretAccessKey":"@u002:SECRET@"}\n',
  'JSON in JSON': '{"body":"{\\"accessKeyId\\":\\"@ID@\\",\\"secretAccessKey\\":\\"@SECRET@\\"}"}\n',
  'JSON in JSON in JSON':
    '"{\\\\\\"accessKeyId\\\\\\":\\\\\\"@ID@\\\\\\",\\\\\\"secretAccessKey\\\\\\":\\\\\\"@SECRET@\\\\\\"}"\n',
  'dynamodb JSON': '{"id":{"S":"aws"},"accessKey":{"S":"@ID@"},"secretKey":{"S":"@SECRET@"}}\n',
  XML: '<aws>\n  <accessKeyId>@ID@</accessKeyId>\n  <secretAccessKey>@SECRET@</secretAccessKey>\n</aws>\n',
  'XML, attributes': '<s3 bucket="b" accessKey="@ID@" secretKey="@SECRET@"/>\n',
  'XML, values on lines of their own':
    '<accessKey>\n  @ID@\n</accessKey>\n<secretKey>\n  @SECRET@\n</secretKey>\n',
  'YAML, folded': 'access_key: >-\n  @ID@\nsecret_key: >-\n  @SECRET@\n',
  'YAML, flow': 'aws: {access_key: @ID@, secret_key: @SECRET@}\n',
  notebook:
    '{\n "cells": [\n  {\n   "cell_type": "code",\n   "source": [\n    "import boto3\\n",\n    "ACCESS_KEY = \'@ID@\'\\n",\n    "SECRET_KEY = \'@SECRET@\'\\n",\n    "s3 = boto3.resource(\'s3\')"\n   ]\n  }\n ]\n}\n',
  'notebook, one string':
    '{"cells":[{"source":"aws_access_key_id=\'@ID@\'\\naws_secret_access_key=\'@SECRET@\'"}]}\n',
  databricks: 'dbutils.fs.mount("s3a://@ID@:%s@bucket" % "@SECRET@", "/mnt/b")\n',
  postman:
    '{"key":"accessKey","value":"@ID@","type":"string"},{"key":"secretKey","value":"@SECRET@","type":"string"}\n',
  'postman auth':
    '"awsv4": [\n  { "key": "secretKey", "value": "@SECRET@", "type": "string" },\n  { "key": "accessKey", "value": "@ID@", "type": "string" }\n]\n',
  insomnia: 'authentication:\n    type: iam\n    accessKeyId: @ID@\n    secretAccessKey: @SECRET@\n',
  HAR: '"postData": {"mimeType": "application/x-www-form-urlencoded", "text": "access_key=@ID@&secret_key=@url:SECRET@&region=us"}\n',
  'URL query': 'GET /save?key=@ID@&secret=@url:SECRET@ HTTP/1.1\n',
  'URL query, encoded twice': 'redirect=%2Fsave%3Faccess_key%3D@ID@%26secret_key%3D@SECRET@%26x%3D1\n',
  'log file, ANSI colours':
    '\u001b[32mAWS_ACCESS_KEY_ID\u001b[0m=\u001b[33m@ID@\u001b[0m\n\u001b[32mAWS_SECRET_ACCESS_KEY\u001b[0m=\u001b[33m@SECRET@\u001b[0m\n',
  'log file':
    '2024-01-01T00:00:00.000Z INFO  [main] config - aws.accessKeyId=@ID@ aws.secretAccessKey=@SECRET@ region=eu-west-1\n',
  'log file, Java toString': 'AwsCredentials(accessKeyId=@ID@, secretAccessKey=@SECRET@)\n',
  'log file, Python repr':
    "Credentials(access_key='@ID@', secret_key='@SECRET@', token=None, method='static')\n",
  'log file, Go struct':
    '{AccessKeyID:@ID@ SecretAccessKey:@SECRET@ SessionToken: ProviderName:StaticProvider}\n',
  'GitHub Actions log':
    '2024-01-01T00:00:00.0000000Z ##[group]Run\n2024-01-01T00:00:00.0000000Z   AWS_ACCESS_KEY_ID: @ID@\n2024-01-01T00:00:00.0000000Z   AWS_SECRET_ACCESS_KEY: @SECRET@\n',
  printenv:
    'HOME=/root\nAWS_SECRET_ACCESS_KEY=@SECRET@\nPATH=/usr/bin:/bin\nAWS_ACCESS_KEY_ID=@ID@\n_=/usr/bin/printenv\n',
  'environ of a process': 'PATH=/bin\0AWS_ACCESS_KEY_ID=@ID@\0AWS_SECRET_ACCESS_KEY=@SECRET@\0HOME=/\0',
  phpinfo:
    '<tr><td class="e">AWS_ACCESS_KEY_ID </td><td class="v">@ID@ </td></tr>\n<tr><td class="e">AWS_SECRET_ACCESS_KEY </td><td class="v">@SECRET@ </td></tr>\n',
  markdown: '- **Access key**: `@ID@`\n- **Secret key**: `@SECRET@`\n',
  'markdown table': '| Access key ID | Secret access key |\n|---|---|\n| @ID@ | @SECRET@ |\n',
  'markdown table, upright':
    '| name | value |\n|---|---|\n| AWS_ACCESS_KEY_ID | @ID@ |\n| AWS_SECRET_ACCESS_KEY | @SECRET@ |\n',
  'restructured text': 'Access key\n  ``@ID@``\nSecret key\n  ``@SECRET@``\n',
  prose: 'Please use access key @ID@ with the secret @SECRET@, it is for the staging bucket.\n',
  chat: '[10:01] ann: id is @ID@\n[10:01] ann: and secret @SECRET@\n',
  'Slack export':
    '{"type":"message","text":"AWS_ACCESS_KEY_ID=@ID@\\nAWS_SECRET_ACCESS_KEY=@SECRET@","ts":"1700000000.000100"}\n',
  mail: 'Subject: keys\n\nAccess Key ID: @ID@\nSecret Access Key: @SECRET@\n\nCheers\n',
  'mail, quoted-printable':
    'Content-Transfer-Encoding: quoted-printable\n\nAWS_ACCESS_KEY_ID=3D@ID@\nAWS_SECRET_ACCESS_KEY=3D@SECRET@\n',
  'mail, base64':
    'Content-Transfer-Encoding: base64\n\n@b64(Hello,\nAWS_ACCESS_KEY_ID=@ID@\nAWS_SECRET_ACCESS_KEY=@SECRET@\nbye\n)@\n',
  'git patch':
    'diff --git a/.env b/.env\n--- a/.env\n+++ b/.env\n@@ -1,2 +1,4 @@\n PORT=80\n+AWS_ACCESS_KEY_ID=@ID@\n+AWS_SECRET_ACCESS_KEY=@SECRET@\n',
  'git patch, removed': '-AWS_ACCESS_KEY_ID=@ID@\n-AWS_SECRET_ACCESS_KEY=@SECRET@\n+AWS_ACCESS_KEY_ID=\n',
  'merge conflict':
    '<<<<<<< HEAD\nAWS_ACCESS_KEY_ID=@ID@\nAWS_SECRET_ACCESS_KEY=@SECRET@\n=======\nAWS_ACCESS_KEY_ID=\n>>>>>>> main\n',
  'HTML form':
    '<input name="accessKey" value="@ID@"><input type="password" name="secretKey" value="@SECRET@">\n',
  'HTML, entities in the secret': 'var id = &quot;@ID@&quot;, secretKey = &quot;@entities:SECRET@&quot;;\n',
  'HTML, quotes as entities':
    '&quot;accessKeyId&quot;: &quot;@ID@&quot;, &quot;secretAccessKey&quot;: &quot;@SECRET@&quot;\n',
  'EC2 user data':
    '#!/bin/bash\nexport AWS_ACCESS_KEY_ID=@ID@\nexport AWS_SECRET_ACCESS_KEY=@SECRET@\naws s3 cp s3://b/x /tmp/x\n',
  'EC2 user data, base64':
    '"UserData": "@b64(#!/bin/bash\nexport AWS_ACCESS_KEY_ID=@ID@\nexport AWS_SECRET_ACCESS_KEY=@SECRET@\n)@"\n',
  'Lambda configuration':
    '"Environment": {"Variables": {"KEY": "@ID@", "SECRET": "@SECRET@", "STAGE": "prod"}}\n',
  'secrets manager value':
    '{"ARN":"arn:aws:secretsmanager:us-east-1:210987654321:secret:x-AbCdEf","SecretString":"{\\"username\\":\\"@ID@\\",\\"password\\":\\"@SECRET@\\"}"}\n',
  'etcd dump':
    'AWS_ACCESS_KEY_ID\u0012\u0014@ID@\u001a\u0001AWS_SECRET_ACCESS_KEY\u0012(@SECRET@"\u0006Opaque\n',
  'hex dump of a file': 'payload=@hex(AWS_ACCESS_KEY_ID=@ID@\nAWS_SECRET_ACCESS_KEY=@SECRET@\n)@\n',
  'labels far apart': `PROD_AWS_ACCESS_KEY_ID=@ID@\n${'# a comment that says nothing of interest at all\n'.repeat(120)}PROD_AWS_SECRET_ACCESS_KEY=@SECRET@\n`,
  'same scope, 2 kB apart': `{\n  "accessKeyId": "@ID@",\n${'  "comment": "nothing of interest",\n'.repeat(60)}  "secretAccessKey": "@SECRET@"\n}\n`,
  'an uppercase hex hash beside': 'AWS_ACCESS_KEY_ID=@ID@\nCOMMIT=@hex40@\nAWS_SECRET_ACCESS_KEY=@SECRET@\n',
  'another random value beside':
    'AWS_ACCESS_KEY_ID=@ID@\nBUILD_HASH=@SECRET2@\nAWS_SECRET_ACCESS_KEY=@SECRET@\n',
  'no line end': 'AWS_ACCESS_KEY_ID=@ID@\nAWS_SECRET_ACCESS_KEY=@SECRET@',
  'byte order mark': '\ufeffAWS_ACCESS_KEY_ID=@ID@\nAWS_SECRET_ACCESS_KEY=@SECRET@\n',
  'two on one line, any words': 'keys: @ID@ / @SECRET@\n',
  'docker-compose, example values in comments':
    '# AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\n# AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\nAWS_ACCESS_KEY_ID=@ID@\nAWS_SECRET_ACCESS_KEY=@SECRET@\n',
};
