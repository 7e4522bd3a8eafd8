import {
  CfnFirewallDomainList,
  CfnFirewallRuleGroup,
  CfnFirewallRuleGroupAssociation,
} from 'aws-cdk-lib/aws-route53resolver';
import { Construct } from 'constructs';

export type DnsFirewallProps = {
  vpcId: string;
  /** The only names that are resolved. */
  allowed: string[];
};

/**
 * A VPC's resolver answers even where no route leads out, and asks name servers of anybody's: a name can carry data away. This one
 * resolves the names that are needed and says of all others that they don't exist; it does so for the whole VPC.
 *
 * Where these names lead to (`BUCKET.s3.REGION.amazonaws.com` is an alias in most regions) is the affair of whoever owns them, so redirections are trusted.
 * While the firewall itself is disturbed nothing is resolved: failing closed is the default of a VPC.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall.html
 */
export class DnsFirewall extends Construct {
  constructor(scope: Construct, { vpcId, allowed }: DnsFirewallProps) {
    super(scope, 'DnsFirewall');
    const group = new CfnFirewallRuleGroup(this, 'Rules', {
      firewallRules: [
        {
          priority: 1,
          action: 'ALLOW',
          firewallDomainListId: new CfnFirewallDomainList(this, 'Allowed', { domains: allowed }).attrId,
          firewallDomainRedirectionAction: 'TRUST_REDIRECTION_DOMAIN',
        },
        {
          priority: 2,
          action: 'BLOCK',
          blockResponse: 'NXDOMAIN',
          firewallDomainListId: new CfnFirewallDomainList(this, 'Everything', { domains: ['*'] }).attrId,
        },
      ],
    });
    const firewallRuleGroupId = group.attrId;
    // Priorities up to 100 are AWS Firewall Manager's.
    new CfnFirewallRuleGroupAssociation(this, 'Association', { firewallRuleGroupId, vpcId, priority: 101 });
  }
}
