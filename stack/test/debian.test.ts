import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';
import { isDebian, missingPackages, packages } from '../programs/debian.ts';

t.test('Debian, Ubuntu and what is made of them are known', async (t) => {
  t.ok(isDebian('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n'));
  t.ok(isDebian('NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n'));
  t.ok(isDebian('ID=linuxmint\nID_LIKE="ubuntu debian"\n'));
  t.notOk(isDebian('ID=fedora\nVARIANT_ID=debian\n'));
  t.notOk(isDebian('ID=alpine\nHOME_URL="debian"\n'));
  t.notOk(isDebian(''));
});

t.test('a package is missing unless dpkg-query calls it installed', async (t) => {
  const installed = packages.map((name) => `ii  ${name}`);
  t.same(missingPackages(installed.join('\n')), []);
  t.same(missingPackages(''), packages);
  const removed = installed.map((line) => line.replace('ii  xvfb', 'rc  xvfb'));
  t.same(missingPackages(removed.join('\n')), ['xvfb']);
});

t.test('names can be read in a recording, in whatever script they are', async (t) => {
  const languages = ['zh', 'ja', 'ko', 'th', 'hi', 'bn', 'ta', 'am', 'ar', 'he', 'el', 'ru'];
  for (const language of languages) {
    const { stdout } = await promisify(execFile)('fc-list', [`:lang=${language}`, 'family']);
    t.not(stdout.trim(), '', `a font for ${language}`);
  }
});
