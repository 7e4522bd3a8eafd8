/** The smallest configuration of a deployer: one cluster and one environment, whose further fields a test may add at its end. */
export const smallestDeployer = `github:
  apps:
    read: { appId: 1, privateKeySecret: plumbline/read }
    write: { appId: 2, privateKeySecret: plumbline/write }
    report: { appId: 3, privateKeySecret: plumbline/report }
  webhookSecret: plumbline/webhook
clusters:
  example:
    name: example
    vpc: { id: vpc-1, subnets: [subnet-1], availabilityZones: [eu-west-1a], routeTables: [rtb-1], prefixLists: { s3: pl-1, dynamodb: pl-2 } }
    securityGroup: sg-1
environments:
  staging:
    repository: example-org/example-environment
    branch: staging
    cluster: example
    namespaces: [staging]
`;
