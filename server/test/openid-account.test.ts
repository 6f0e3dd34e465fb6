import fc from 'fast-check';
import t from 'tap';
import { accountOf, type OpenidRules } from '../features/accounts/openid-account.ts';
import { ownPath } from '../features/accounts/own-path.ts';

const rules: OpenidRules = {
  allowedDomains: ['example.com'],
  memberGroups: [],
  adminGroups: ['operators'],
  groupsClaim: 'groups',
};
const ana = { iss: 'https://id.example', sub: '1', email: 'Ana@Example.com', email_verified: true };

t.test('who is let in, and as what', async (t) => {
  const id = 'openid:https://id.example 1';
  t.same(accountOf(ana, rules), { id, name: 'Ana@Example.com', role: 'member' });
  t.same(accountOf({ ...ana, name: 'Ana', groups: ['operators'] }, rules), {
    id,
    name: 'Ana',
    role: 'admin',
  });
  t.equal(accountOf({ ...ana, groups: 'operators' }, rules)?.role, 'admin', 'one group is a text');
  t.equal(accountOf({ ...ana, groups: ['operators '] }, rules)?.role, 'member');
  const domains = ['a@b.example.com', 'a@example.com.foe.example', 'a@foe.example@x', 'example.com', '@', ''];
  for (const email of domains.filter((email) => email !== 'example.com'))
    t.equal(accountOf({ ...ana, email, groups: ['operators'] }, rules), undefined, email);
  for (const email_verified of [false, undefined, 'true'])
    t.equal(accountOf({ ...ana, email_verified }, rules), undefined, String(email_verified));
  const byGroup = { ...rules, memberGroups: ['staff'] };
  t.equal(accountOf(ana, byGroup), undefined, 'neither group');
  t.equal(accountOf({ ...ana, groups: ['staff'] }, byGroup)?.role, 'member');
  t.equal(accountOf({ ...ana, roles: ['staff'] }, { ...byGroup, groupsClaim: 'roles' })?.role, 'member');
  const onlyAdmins = { ...rules, allowedDomains: [] };
  t.equal(accountOf(ana, onlyAdmins), undefined, 'without a rule for members there are none');
  t.equal(accountOf({ ...ana, email_verified: false }, { ...rules, allowedDomains: ['*'] })?.role, 'member');
  for (const claims of [undefined, {}, { iss: 'a' }, { ...ana, sub: '' }])
    t.equal(accountOf(claims, rules), undefined);
});

t.test('nobody is sent to another site', async (t) => {
  t.equal(ownPath('/library?q=a', ''), '/library?q=a');
  t.equal(ownPath('/video/library', '/video'), '/video/library');
  for (const to of [
    '//foe.example',
    'https://foe.example/',
    '/\\foe.example',
    '/a/..//foe.example',
    7,
    undefined,
    ['/a'],
  ])
    t.equal(ownPath(to, ''), '/', String(to));
  t.equal(ownPath('/other', '/video'), '/video/');
  fc.assert(
    fc.property(fc.string(), (to) => {
      const path = ownPath(to, '');
      return path.startsWith('/') && new URL(path, 'https://a.example').origin === 'https://a.example';
    }),
  );
});
