import t from 'tap';
import { build, testConfig } from './support/build.ts';

t.test('a page is in the language that was chosen, or else that the browser asks for', async (t) => {
  const app = await build(t, testConfig());
  for (const url of ['/', '/watch/none.mp4', '/recorder.html', '/nothing']) {
    const languageOf = async (headers: Record<string, string>) => {
      const { body, headers: answered } = await app.inject({
        url,
        headers: { accept: 'text/html', ...headers },
      });
      t.match(String(answered.vary), /accept-language, cookie/, url);
      const language = String(answered['content-language']);
      t.match(body, `<html lang="${language}"`, url);
      return language;
    };
    t.equal(await languageOf({}), 'en', `${url}: nothing asked for`);
    t.equal(await languageOf({ 'accept-language': 'es-MX,es;q=0.9,en;q=0.8' }), 'es', url);
    t.equal(await languageOf({ 'accept-language': 'fr, es;q=0.3, en-GB;q=0.6' }), 'en', `${url}: by weight`);
    t.equal(await languageOf({ 'accept-language': 'xx' }), 'en', `${url}: none of ours`);
    const cookie = 'other=es; reelroom-language=es';
    t.equal(await languageOf({ cookie, 'accept-language': 'en' }), 'es', `${url}: chosen`);
    t.equal(await languageOf({ cookie: 'reelroom-language=../x', 'accept-language': 'es' }), 'es', url);
  }
});
