import { describe, expect, it } from 'vitest';
import { mapCaller } from '../../../local/kubernetes/access-entries.ts';

const role = 'arn:aws:iam::111122223333:role/plumbline/reconciler';
const caller = 'arn:aws:sts::111122223333:assumed-role/reconciler/session@1';

describe('a caller', () => {
  it('is the user that EKS makes of its role by default', () => {
    expect(mapCaller(caller, [{ principalArn: role }])).toEqual({
      username: 'arn:aws:sts::111122223333:assumed-role/reconciler/session-1',
      groups: [],
      canonicalArn: role,
    });
  });

  it('has the username and the groups of its access entry', () => {
    const username = 'plumbline:{{AccountID}}:{{SessionName}}:{{SessionNameRaw}}';
    expect(mapCaller(caller, [{ principalArn: role, username, groups: ['deployers'] }])).toMatchObject({
      username: 'plumbline:111122223333:session-1:session@1',
      groups: ['deployers'],
    });
  });

  it('may be an IAM user', () => {
    const user = 'arn:aws:iam::111122223333:user/people/jo';
    expect(mapCaller(user, [{ principalArn: user }])?.username).toBe(user);
  });

  it.each([
    ['another role', 'arn:aws:sts::111122223333:assumed-role/other/session'],
    ['a role of another account', 'arn:aws:sts::444455556666:assumed-role/reconciler/session'],
    ['a role of another partition', 'arn:aws-cn:sts::111122223333:assumed-role/reconciler/session'],
    ['a user of the same name', 'arn:aws:iam::111122223333:user/reconciler'],
    ['a federated user', 'arn:aws:sts::111122223333:federated-user/reconciler'],
    ['the account', 'arn:aws:iam::111122223333:root'],
    ['no ARN', 'reconciler'],
  ])('has no access as %s', (_what, arn) => {
    expect(mapCaller(arn, [{ principalArn: role, groups: ['system:masters'] }])).toBeUndefined();
  });
});
