// Compiled from patterns/*.yaml by scripts/build-patterns.mjs; edit those.
import type { DerivedRule, Pattern } from './pattern.ts';

export const PATTERNS: readonly Pattern[] = [
  {
    "id": "aws-access-key-id",
    "kind": "access-key-id",
    "title": "AWS access key ID",
    "remediation": "Find the secret that belongs to this ID, then deactivate the key, see what it did, and replace it. `keyturn respond` does that.",
    "confidence": "medium",
    "anchors": [
      {
        "text": "AKIA",
        "tail": {
          "alphabet": "upper",
          "min": 16
        },
        "forms": [
          "plain",
          "base64",
          "utf-16",
          "hex",
          "escapes"
        ]
      },
      {
        "text": "ASIA",
        "tail": {
          "alphabet": "upper",
          "min": 16
        },
        "forms": [
          "plain",
          "base64",
          "utf-16",
          "hex",
          "escapes"
        ]
      },
      {
        "text": "ABIA",
        "tail": {
          "alphabet": "upper",
          "min": 16
        },
        "forms": [
          "plain",
          "base64",
          "utf-16"
        ]
      },
      {
        "text": "ACCA",
        "tail": {
          "alphabet": "upper",
          "min": 16
        },
        "forms": [
          "plain",
          "base64",
          "utf-16"
        ]
      },
      {
        "text": "A3T",
        "tail": {
          "alphabet": "upper",
          "min": 17
        },
        "forms": [
          "plain"
        ]
      }
    ],
    "reader": "key-id",
    "ignoreCase": false,
    "before": 64,
    "after": 512,
    "boundary": "word",
    "raise": [],
    "examples": {
      "match": [
        "aws_access_key_id = {keyId}",
        "\"\\n{keyId}:{secret}\"",
        "url?x=y%3D{keyId}",
        "AWS_KEY={b64({keyId})}",
        "const id = \"{unicode({keyId})}\";",
        "<b>{entities({keyId})}</b>",
        "A3TX{base32:16}"
      ],
      "reject": [
        "AKIA{base32:15}",
        "AKIA{base32:17}",
        "sha512-Zm{base64:30}a1/{keyId}9{base64:30}",
        "TODAYIN{keyId:ASIA}FELLOVER"
      ]
    }
  },
  {
    "id": "aws-secret-access-key",
    "kind": "secret-access-key",
    "title": "AWS secret access key",
    "remediation": "Find the key ID that belongs to this secret (look at what stood beside it in history), deactivate the key and replace it.",
    "confidence": "medium",
    "anchors": [
      {
        "text": "ecret",
        "forms": [
          "utf-16"
        ]
      },
      {
        "text": "ECRET",
        "forms": [
          "utf-16"
        ]
      },
      {
        "text": "secret_access_key",
        "forms": [
          "plain",
          "base64"
        ]
      },
      {
        "text": "SECRET_ACCESS_KEY",
        "forms": [
          "plain",
          "base64"
        ]
      },
      {
        "text": "ecretAccessKey",
        "forms": [
          "plain",
          "base64"
        ]
      },
      {
        "text": "secret_key",
        "forms": [
          "plain",
          "base64"
        ]
      },
      {
        "text": "SECRET_KEY",
        "forms": [
          "plain",
          "base64"
        ]
      },
      {
        "text": "ecretKey",
        "forms": [
          "plain",
          "base64"
        ]
      },
      {
        "text": "ey=",
        "forms": [
          "quoted-printable"
        ]
      },
      {
        "text": "EY=",
        "forms": [
          "quoted-printable"
        ]
      },
      {
        "text": "ey =",
        "forms": [
          "quoted-printable"
        ]
      },
      {
        "text": "EY =",
        "forms": [
          "quoted-printable"
        ]
      }
    ],
    "reader": "secret",
    "ignoreCase": false,
    "before": 64,
    "after": 512,
    "boundary": "word",
    "raise": [],
    "examples": {
      "match": [
        "aws_secret_access_key = {secret}",
        "\"secretAccessKey\":\"{secret}\"",
        "{keyId}:{secret}",
        "AWS_SECRET_ACCESS_KEY: {b64({secret})}",
        "{b64([default] aws_secret_access_key = {secret} )}"
      ],
      "reject": [
        "checksum = {secret}",
        "integrity sha1-{secret}",
        "aws_secret_access_key = {hex:40}",
        "aws_secret_access_key = {secret}{base64:2}"
      ]
    }
  },
  {
    "id": "aws-session-token",
    "kind": "session-token",
    "title": "AWS session token",
    "remediation": "A session ends by itself, within 36 hours at most. To end it now, deny every session of its role or user that began before now.",
    "confidence": "medium",
    "anchors": [
      {
        "text": "IQoJb3JpZ2lu",
        "tail": {
          "alphabet": "base64",
          "min": 80
        },
        "forms": [
          "plain"
        ]
      },
      {
        "text": "AgoJb3JpZ2lu",
        "tail": {
          "alphabet": "base64",
          "min": 80
        },
        "forms": [
          "plain"
        ]
      },
      {
        "text": "FwoGZXIvYXdz",
        "tail": {
          "alphabet": "base64",
          "min": 80
        },
        "forms": [
          "plain"
        ]
      },
      {
        "text": "FQoGZXIvYXdz",
        "tail": {
          "alphabet": "base64",
          "min": 80
        },
        "forms": [
          "plain"
        ]
      },
      {
        "text": "FwoDYXdz",
        "tail": {
          "alphabet": "base64",
          "min": 80
        },
        "forms": [
          "plain"
        ]
      },
      {
        "text": "FQoDYXdz",
        "tail": {
          "alphabet": "base64",
          "min": 80
        },
        "forms": [
          "plain"
        ]
      },
      {
        "text": "ession_token",
        "forms": [
          "plain"
        ]
      },
      {
        "text": "ESSION_TOKEN",
        "forms": [
          "plain"
        ]
      },
      {
        "text": "essionToken",
        "forms": [
          "plain"
        ]
      },
      {
        "text": "ession-token",
        "forms": [
          "plain"
        ]
      },
      {
        "text": "ecurity_token",
        "forms": [
          "plain"
        ]
      },
      {
        "text": "ECURITY_TOKEN",
        "forms": [
          "plain"
        ]
      },
      {
        "text": "ecurityToken",
        "forms": [
          "plain"
        ]
      },
      {
        "text": "ecurity-Token",
        "forms": [
          "plain"
        ]
      }
    ],
    "reader": "session-token",
    "ignoreCase": false,
    "before": 64,
    "after": 512,
    "boundary": "word",
    "raise": [],
    "examples": {
      "match": [
        "aws_session_token = {token}",
        "\"SessionToken\": \"{token:700}\"",
        "{token:300}",
        "export AWS_SESSION_TOKEN={base64:400}"
      ],
      "reject": [
        "aws_session_token = {token:20}",
        "data:image/png;base64,{base64:400}"
      ]
    }
  },
  {
    "id": "aws-principal-id",
    "kind": "principal-id",
    "title": "Unique ID of an IAM principal",
    "remediation": "None needed. It names a user, a role or another principal and opens nothing.",
    "confidence": "info",
    "anchors": [
      {
        "text": "AIDA",
        "tail": {
          "alphabet": "upper",
          "min": 16
        },
        "forms": [
          "plain"
        ]
      },
      {
        "text": "AROA",
        "tail": {
          "alphabet": "upper",
          "min": 16
        },
        "forms": [
          "plain"
        ]
      },
      {
        "text": "AGPA",
        "tail": {
          "alphabet": "upper",
          "min": 16
        },
        "forms": [
          "plain"
        ]
      },
      {
        "text": "AIPA",
        "tail": {
          "alphabet": "upper",
          "min": 16
        },
        "forms": [
          "plain"
        ]
      },
      {
        "text": "ANPA",
        "tail": {
          "alphabet": "upper",
          "min": 16
        },
        "forms": [
          "plain"
        ]
      },
      {
        "text": "ANVA",
        "tail": {
          "alphabet": "upper",
          "min": 16
        },
        "forms": [
          "plain"
        ]
      },
      {
        "text": "APKA",
        "tail": {
          "alphabet": "upper",
          "min": 16
        },
        "forms": [
          "plain"
        ]
      },
      {
        "text": "ASCA",
        "tail": {
          "alphabet": "upper",
          "min": 16
        },
        "forms": [
          "plain"
        ]
      }
    ],
    "reader": "principal-id",
    "regex": "(?<value>A(?:IDA|ROA|GPA|IPA|NPA|NVA|PKA|SCA)[A-Z2-7]{16,17})",
    "ignoreCase": false,
    "before": 0,
    "after": 22,
    "boundary": "base64",
    "raise": [],
    "examples": {
      "match": [
        "\"principalId\": \"AROA{base32:17}:session\"",
        "userId: AIDA{base32:16}"
      ],
      "reject": [
        "AKIA{base32:16}"
      ]
    }
  },
  {
    "id": "aws-bedrock-api-key",
    "kind": "bedrock-api-key",
    "title": "Amazon Bedrock API key",
    "remediation": "Reset or delete the service-specific credential in IAM (its user is called BedrockAPIKey-...), then see what it was used for.",
    "confidence": "high",
    "anchors": [
      {
        "text": "ABSK",
        "tail": {
          "alphabet": "base64",
          "min": 108
        },
        "forms": [
          "plain",
          "base64"
        ]
      }
    ],
    "regex": "(?<value>ABSK[A-Za-z0-9+/]{109,269}={0,2})",
    "ignoreCase": false,
    "before": 0,
    "after": 280,
    "boundary": "base64",
    "entropy": 3.5,
    "raise": [],
    "examples": {
      "match": [
        "AWS_BEARER_TOKEN_BEDROCK=ABSK{base64:128}",
        "\"ABSK{base64:130}=\""
      ],
      "reject": [
        "ABSK{base64:60}",
        "ABSK{base64:300}"
      ]
    }
  },
  {
    "id": "aws-bedrock-session-key",
    "kind": "bedrock-session-key",
    "title": "Amazon Bedrock session key",
    "remediation": "It ends with the session that made it, after twelve hours at most. To end it now, revoke that session.",
    "confidence": "high",
    "anchors": [
      {
        "text": "bedrock-api-key-",
        "forms": [
          "plain"
        ]
      }
    ],
    "reader": "bedrock-session-key",
    "regex": "(?<value>bedrock-api-key-[A-Za-z0-9+/_-]{32,8192}={0,2})",
    "ignoreCase": false,
    "before": 0,
    "after": 8224,
    "boundary": "word",
    "entropy": 3.5,
    "raise": [],
    "examples": {
      "match": [
        "bedrock-api-key-{b64(bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Credential={keyId:ASIA}%2F20300101%2Fus-east-1%2Fbedrock%2Faws4_request&X-Amz-Date=20300101T000000Z&X-Amz-Expires=43200)}"
      ],
      "reject": [
        "bedrock-api-key-",
        "bedrock-api-key-{b64(bedrock.amazonaws.com)}"
      ]
    }
  },
  {
    "id": "aws-mws-auth-token",
    "kind": "mws-token",
    "title": "Amazon MWS authorisation token",
    "remediation": "Revoke the authorisation in Seller Central. MWS itself is retired: a token that still works belongs to an integration that should be moved.",
    "confidence": "high",
    "anchors": [
      {
        "text": "amzn.mws.",
        "forms": [
          "plain"
        ]
      }
    ],
    "regex": "(?<value>amzn\\.mws\\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",
    "ignoreCase": false,
    "before": 0,
    "after": 64,
    "boundary": "word",
    "raise": [],
    "examples": {
      "match": [
        "MWS_TOKEN = \"amzn.mws.{uuid}\""
      ],
      "reject": [
        "amzn.mws.{hex:8}"
      ]
    }
  },
  {
    "id": "aws-appsync-api-key",
    "kind": "appsync-api-key",
    "title": "AWS AppSync API key",
    "remediation": "Create a new API key, move its clients, delete the old one. If the API was meant to be public, allow this finding.",
    "confidence": "info",
    "anchors": [
      {
        "text": "da2-",
        "forms": [
          "plain"
        ]
      }
    ],
    "regex": "(?<value>da2-[a-z0-9]{26})",
    "ignoreCase": false,
    "before": 0,
    "after": 32,
    "boundary": "word",
    "raise": [
      {
        "words": [
          ".appsync-api."
        ],
        "within": 200,
        "to": "medium"
      },
      {
        "words": [
          "appsync",
          "apikey",
          "api_key",
          "x-api-key",
          "graphql"
        ],
        "within": 96,
        "to": "low"
      }
    ],
    "examples": {
      "match": [
        "aws_appsync_apiKey: \"da2-{lower:26}\"",
        "x-api-key: da2-{lower:26}"
      ],
      "reject": [
        "da2-{lower:25}",
        "DA2-{lower:26}"
      ]
    }
  },
  {
    "id": "aws-codecommit-git-credential",
    "kind": "service-credential",
    "title": "AWS CodeCommit git credential",
    "remediation": "Reset the HTTPS git credential of this IAM user, and look in CloudTrail for GitPull and GitPush it did not make.",
    "confidence": "high",
    "anchors": [
      {
        "text": "-at-",
        "tail": {
          "alphabet": "upper",
          "min": 12
        },
        "forms": [
          "plain"
        ]
      }
    ],
    "regex": "(?<at>[A-Za-z0-9_+=,.@-]{1,64}-at-(?<account>[0-9]{12}))[\"']?[\\s,;:|\"'=]{1,8}(?:(?:git[ _]?)?pass(?:word)?[\\s,;:|\"'=]{1,8})?(?<value>(?:[A-Za-z0-9+/]|%2[BFbf]){43}(?:=|%3[Dd]))",
    "ignoreCase": true,
    "before": 64,
    "after": 256,
    "boundary": "word",
    "raise": [],
    "examples": {
      "match": [
        "https://deploy-at-{account}:{base64:43}=@git-codecommit.eu-west-1.amazonaws.com/v1/repos/site",
        "User Name,Password\ndeploy-at-{account},{base64:43}=",
        "username = ci-at-{account}\npassword = {base64:43}="
      ],
      "reject": [
        "meet-at-{account} {base64:20}"
      ]
    }
  },
  {
    "id": "aws-private-key",
    "kind": "private-key",
    "title": "Private key",
    "remediation": "CloudFront: remove the public key from its key group. EC2: replace the key pair on the instances; deleting it in EC2 changes nothing on them.",
    "confidence": "info",
    "anchors": [
      {
        "text": "-----BEGIN RSA PRIVATE KEY-----",
        "forms": [
          "plain"
        ]
      },
      {
        "text": "-----BEGIN EC PRIVATE KEY-----",
        "forms": [
          "plain"
        ]
      },
      {
        "text": "-----BEGIN PRIVATE KEY-----",
        "forms": [
          "plain"
        ]
      },
      {
        "text": "-----BEGIN OPENSSH PRIVATE KEY",
        "forms": [
          "plain"
        ]
      }
    ],
    "regex": "(?<at>-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY-----)(?<value>[A-Za-z0-9+/=\\s\\\\]{100,8192})-----END",
    "ignoreCase": false,
    "before": 0,
    "after": 8320,
    "boundary": "none",
    "raise": [
      {
        "words": [
          "cloudfront",
          "apka",
          "keymaterial",
          "key_material",
          ".pem",
          "ec2",
          "aws"
        ],
        "within": 200,
        "to": "medium"
      }
    ],
    "examples": {
      "match": [
        "CLOUDFRONT_PRIVATE_KEY=\"-----BEGIN RSA PRIVATE KEY-----\n{wrap({base64:256})}\n-----END RSA PRIVATE KEY-----\""
      ],
      "reject": [
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\n{wrap({base64:256})}\n-----END PUBLIC KEY-----"
      ]
    }
  },
  {
    "id": "aws-sso-token",
    "kind": "sso-token",
    "title": "AWS IAM Identity Center token",
    "remediation": "Sign the user out of IAM Identity Center: that ends the tokens. Then see which roles were used with them.",
    "confidence": "high",
    "anchors": [
      {
        "text": "aoaAAAAA",
        "tail": {
          "alphabet": "base64",
          "min": 60
        },
        "forms": [
          "plain"
        ]
      },
      {
        "text": "aorAAAAA",
        "tail": {
          "alphabet": "base64",
          "min": 60
        },
        "forms": [
          "plain"
        ]
      }
    ],
    "reader": "sso-token",
    "regex": "(?<value>ao[ar]AAAAA[A-Za-z0-9+/_:=-]{60,4096})",
    "ignoreCase": false,
    "before": 0,
    "after": 4112,
    "boundary": "word",
    "entropy": 4,
    "raise": [],
    "examples": {
      "match": [
        "{{\"accessToken\": \"aoaAAAAAG{base64:200}:{base64:90}\", \"expiresAt\": \"2030-01-01T00:00:00Z\"}}",
        "\"refreshToken\": \"aorAAAAAG{base64:200}\""
      ],
      "reject": [
        "aoaAAAAA{base64:10}"
      ]
    }
  },
  {
    "id": "aws-sso-cached-token",
    "kind": "sso-token",
    "title": "AWS IAM Identity Center token in its cache file",
    "remediation": "Sign the user out of IAM Identity Center: that ends the tokens. Then see which roles were used with them.",
    "confidence": "medium",
    "anchors": [
      {
        "text": "\"accessToken\"",
        "forms": [
          "plain"
        ]
      },
      {
        "text": "\"clientSecret\"",
        "forms": [
          "plain"
        ]
      }
    ],
    "reader": "sso-token",
    "regex": "\"(?:accessToken|clientSecret)\"\\s{0,8}:\\s{0,8}\"(?<value>eyJ[A-Za-z0-9_=.-]{60,4096})\"",
    "ignoreCase": false,
    "before": 0,
    "after": 4160,
    "boundary": "word",
    "near": {
      "words": [
        "\"startUrl\"",
        "\"registrationExpiresAt\"",
        ".awsapps.com"
      ],
      "within": 200
    },
    "raise": [],
    "examples": {
      "match": [
        "{{\"startUrl\": \"https://d-1.awsapps.com/start\", \"region\": \"eu-west-1\", \"accessToken\": \"eyJ{lower:30}.{lower:60}\", \"expiresAt\": \"2030-01-01T00:00:00Z\"}}"
      ],
      "reject": [
        "{{\"accessToken\": \"eyJ{lower:30}.{lower:60}\"}}"
      ]
    }
  },
  {
    "id": "aws-ecr-password",
    "kind": "service-credential",
    "title": "Amazon ECR registry password",
    "remediation": "It ends twelve hours after it was made. Revoke the session that made it if that is too late.",
    "confidence": "medium",
    "anchors": [
      {
        "text": "QVdTO",
        "tail": {
          "alphabet": "base64",
          "min": 100
        },
        "forms": [
          "plain"
        ]
      },
      {
        "text": "eyJwYXlsb2FkIjoi",
        "tail": {
          "alphabet": "base64",
          "min": 100
        },
        "forms": [
          "plain"
        ]
      }
    ],
    "reader": "docker-auth",
    "regex": "(?<value>(?:QVdTO|eyJwYXlsb2FkIjoi)[A-Za-z0-9+/]{100,8192}={0,2})",
    "ignoreCase": false,
    "before": 0,
    "after": 8224,
    "boundary": "word",
    "raise": [],
    "examples": {
      "match": [
        "\"auth\": \"{b64(AWS:{b64({{\"payload\":\"{base64:200}\",\"datakey\":\"{base64:80}\",\"version\":\"2\",\"type\":\"DATA_KEY\",\"expiration\":1893456000}})})}\""
      ],
      "reject": [
        "\"auth\": \"{b64(user:{base64:90})}\""
      ]
    }
  }
];

export const DERIVED_RULES: readonly DerivedRule[] = [
  {
    "id": "aws-access-key-pair",
    "kind": "access-key-pair",
    "title": "AWS access key pair",
    "remediation": "Read when the key was last used, deactivate it, deny the sessions it made, see what it did, replace it. `keyturn respond` does that."
  },
  {
    "id": "aws-session-credentials",
    "kind": "session-credentials",
    "title": "AWS session credentials",
    "remediation": "The session ends by itself, within 36 hours at most. To end it now, deny every session of its role or user that began before now."
  },
  {
    "id": "aws-presigned-url",
    "kind": "presigned-url",
    "title": "Presigned AWS URL",
    "remediation": "Wait for it to expire, or end the session or deactivate the key that signed it."
  },
  {
    "id": "aws-ses-smtp-password",
    "kind": "service-credential",
    "title": "Amazon SES SMTP password",
    "remediation": "Delete the access key that is its user name: the password is made from that key's secret. Then create new SMTP credentials."
  }
];

export const CANARY_ACCOUNTS: ReadonlySet<string> = new Set([
  "044858866125",
  "052310077262",
  "171436882533",
  "251535659677",
  "266735846894",
  "344043088457",
  "351906852752",
  "390477818340",
  "426127672474",
  "427150556519",
  "439872796651",
  "445142720921",
  "465867158099",
  "528757803018",
  "534261010715",
  "538784191382",
  "595918472158",
  "637958123769",
  "693412236332",
  "717712589309",
  "729780141977",
  "730335385048",
  "732624840810",
  "735421457923",
  "819147034852",
  "893192397702",
  "959235150393",
  "982842642351",
  "992382622183"
]);
