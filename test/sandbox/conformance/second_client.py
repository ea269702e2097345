"""Drives a sandbox with botocore, whose parsers share nothing with those of the JavaScript SDK. Prints one JSON object."""

import json
from datetime import datetime

import boto3
from botocore.exceptions import ClientError


def code_of(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    return None


iam = boto3.client("iam")
sts = boto3.client("sts")
secrets = boto3.client("secretsmanager")
organizations = boto3.client("organizations")
trail = boto3.client("cloudtrail")
seen = {}

identity = sts.get_caller_identity()
seen["identity"] = [identity["Account"], identity["Arn"]]

iam.create_user(UserName="zoe", Tags=[{"Key": "team", "Value": "a <b> & c"}])
key = iam.create_access_key(UserName="zoe")["AccessKey"]
seen["created is a time"] = isinstance(key["CreateDate"], datetime)
seen["quota"] = [code_of(iam.create_access_key, UserName="zoe") for _ in range(2)]
seen["tags"] = iam.get_user(UserName="zoe")["User"]["Tags"]
seen["no user"] = code_of(iam.get_user, UserName="nobody")
pages = iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 2})
seen["pages"] = [len(page["Users"]) for page in pages]
iam.put_user_policy(UserName="zoe", PolicyName="none", PolicyDocument=json.dumps({"Statement": []}))
seen["policy"] = iam.get_user_policy(UserName="zoe", PolicyName="none")["PolicyDocument"]
seen["summary"] = iam.get_account_summary()["SummaryMap"]["AccessKeysPerUserQuota"]
while iam.generate_credential_report()["State"] != "COMPLETE":
    pass
seen["report"] = iam.get_credential_report()["Content"].decode().splitlines()[0].split(",")[:2]

as_zoe = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
zoe = boto3.Session(**as_zoe)
seen["zoe"] = zoe.client("sts").get_caller_identity()["Arn"]
seen["zoe may not"] = [code_of(zoe.client("iam").list_users), code_of(zoe.client("secretsmanager").list_secrets)]
wrong = boto3.Session(**{**as_zoe, "aws_secret_access_key": "x" * 40})
seen["wrong secret"] = [code_of(wrong.client("sts").get_caller_identity), code_of(wrong.client("secretsmanager").list_secrets)]
session = sts.assume_role(RoleArn="arn:aws:iam::444455556666:role/OrganizationAccountAccessRole", RoleSessionName="peer")["Credentials"]
other = boto3.client(
    "sts",
    aws_access_key_id=session["AccessKeyId"],
    aws_secret_access_key=session["SecretAccessKey"],
    aws_session_token=session["SessionToken"],
)
seen["other account"] = other.get_caller_identity()["Arn"]

made = secrets.create_secret(Name="peer/key", SecretString="one")
pending = secrets.put_secret_value(SecretId="peer/key", SecretString="two", VersionStages=["AWSPENDING"])
secrets.update_secret_version_stage(
    SecretId="peer/key",
    VersionStage="AWSCURRENT",
    MoveToVersionId=pending["VersionId"],
    RemoveFromVersionId=made["VersionId"],
)
seen["value"] = secrets.get_secret_value(SecretId="peer/key")["SecretString"]
secrets.put_secret_value(SecretId="peer/key", SecretBinary=b"\x00\xff")
seen["bytes"] = list(secrets.get_secret_value(SecretId="peer/key")["SecretBinary"])
seen["stages"] = sorted(sum(secrets.describe_secret(SecretId="peer/key")["VersionIdsToStages"].values(), []))
seen["no secret"] = code_of(secrets.get_secret_value, SecretId="none")

seen["accounts"] = [account["Id"] for page in organizations.get_paginator("list_accounts").paginate() for account in page["Accounts"]]
events = trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateAccessKey"}])["Events"]
seen["events"] = [[event["Username"], json.loads(event["CloudTrailEvent"]).get("errorCode")] for event in events]
seen["event is a time"] = all(isinstance(event["EventTime"], datetime) for event in events)

print(json.dumps(seen))
