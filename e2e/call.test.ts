import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { livekitClients, serve } from '../server/test/support/build.ts';
import { until } from '../server/test/support/until.ts';
import { crash, join, openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(400_000);

const roomName = 'Équipe "C" 🎥';

const participants = (page: Page) => page.getByRole('list', { name: 'Participants' }).getByRole('listitem');
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const untilPeople = (page: Page, count: number) =>
  until(`${count} people`, async () => (await participants(page).count()) === count);

/** Has LiveKit's client give up, as after a long time without a network. */
const loseConnection = (page: Page) => page.evaluate(() => void dispatchEvent(new Event('freeze')));

t.test('people come, leave and come back', async (t) => {
  const { url, config } = await serve(t);
  const browser = await openBrowser(t);
  const { page: ana, context: anas } = await openPerson(t, browser, url);
  const { page: ben } = await openPerson(t, browser, url);
  const identities = async () => {
    const everyone = await livekitClients(config).rooms.listParticipants(roomName);
    return everyone.map(({ identity }) => identity).sort();
  };
  const everyone = async () => {
    await Promise.all([untilPeople(ben, 2), until('two', async () => (await identities()).length === 2)]);
    return identities();
  };
  /** Whoever takes their own place is nowhere for a moment, and never there twice. */
  const untilAsBefore = (t: Test, before: string[]) =>
    until('the same participants', async () => {
      const now = await identities();
      if (now.length > 2 || (await participants(ben).count()) > 2)
        t.fail(`${now.join()}: one is there twice`);
      return now.join() === before.join() && (await participants(ben).count()) === 2;
    });

  await t.test('devices are asked for once a room is named; a muted microphone stays muted', async (t) => {
    await ana.goto('/');
    await ana.getByText('Your camera starts when you have named a room').waitFor();
    await button(ana, 'Mute microphone').click();
    await ana.getByRole('textbox', { name: 'Your name' }).fill('Ana');
    await ana.getByRole('textbox', { name: 'Room' }).fill(roomName);
    await ana.locator('video').waitFor();
    const microphones = ana.getByRole('combobox', { name: 'Microphone' });
    const choices = await microphones.getByRole('option').allTextContents();
    t.ok(choices.length > 1, `of those there are: ${choices.join(', ')}`);
    await microphones.selectOption({ index: 1 });
    await button(ana, 'Unmute microphone').waitFor();
    await button(ana, 'Join').click();
    await button(ana, 'Leave').waitFor();
    await button(ana, 'Unmute microphone').waitFor();
    await join(ben, 'Ben', roomName);
    await untilPeople(ben, 2);
  });

  await t.test('a copied tab does not join by itself; the call can be moved there', async (t) => {
    const opened = ana.waitForEvent('popup');
    await ana.evaluate(() => void open(location.href));
    const copy = await opened;
    await copy.getByText('You are in this call in another tab').waitFor();
    t.equal(await button(copy, 'Leave').count(), 0);
    const before = await everyone();
    await button(copy, 'Move it here').click();
    await button(copy, 'Leave').waitFor();
    await ana.getByText('You joined from somewhere else').waitFor();
    await untilAsBefore(t, before);
    await copy.close();
    await ana.close();
  });

  let anaNow = await anas.newPage();

  await t.test('who comes back after a crash takes the place of what is left of them', async (t) => {
    await join(anaNow, 'Ana', roomName);
    await untilPeople(anaNow, 2);
    const before = await everyone();
    anaNow = await crash(anaNow);
    await join(anaNow, 'Ana', roomName);
    await untilPeople(anaNow, 2);
    await untilAsBefore(t, before);
  });

  await t.test('who was lost comes back by themselves, muted if they were', async (t) => {
    await button(anaNow, 'Unmute microphone').waitFor();
    const before = await everyone();
    await anas.setOffline(true);
    await loseConnection(anaNow);
    await anaNow.getByText('The connection was lost').waitFor();
    await anas.setOffline(false);
    await button(anaNow, 'Leave').waitFor();
    await untilPeople(anaNow, 2);
    await button(anaNow, 'Unmute microphone').waitFor();
    await untilAsBefore(t, before);
  });

  await t.test('a camera that cannot be turned off is shown as on', async () => {
    await button(anaNow, 'Turn camera off').waitFor();
    await anaNow.evaluate(() => {
      const { stop } = MediaStreamTrack.prototype;
      MediaStreamTrack.prototype.stop = () => {
        MediaStreamTrack.prototype.stop = stop;
        throw new Error('It hangs');
      };
    });
    await button(anaNow, 'Turn camera off').click();
    await anaNow.getByRole('alert').getByText('It is still on').waitFor();
    await button(anaNow, 'Turn camera off').click();
    await button(anaNow, 'Turn camera on').waitFor();
  });

  await t.test('the room says that the app is away, and goes on', async () => {
    await anas.route(/\/(healthz|trpc\/)/, (route) => route.abort());
    const away = anaNow.getByText('The Reelroom server cannot be reached');
    await away.waitFor({ timeout: 20_000 });
    await untilPeople(anaNow, 2);
    await anas.unroute(/\/(healthz|trpc\/)/);
    await away.waitFor({ state: 'detached' });
  });

  await t.test('who leaves is told so, with the devices off, and can come back', async (t) => {
    await button(anaNow, 'Leave').click();
    await anaNow.getByRole('heading', { name: 'You left the call' }).waitFor();
    await anaNow.getByText('Nothing of this call was recorded.').waitFor();
    t.equal(await anaNow.locator('video').count(), 0);
    await untilPeople(ben, 1);
    await button(anaNow, 'Join again').click();
    await untilPeople(anaNow, 2);
    await button(anaNow, 'Leave').click();
    await anaNow.reload();
    await button(anaNow, 'Join').waitFor();
  });

  await t.test('who leaves while the devices start is not taken back into the call', async (t) => {
    await anaNow.evaluate(() => {
      const devices = navigator.mediaDevices;
      devices.getUserMedia = () =>
        new Promise((_, reject) => {
          addEventListener('give-up', () => reject(new DOMException('', 'NotReadableError')));
        });
    });
    await button(anaNow, 'Turn camera off').waitFor();
    await button(anaNow, 'Join').click();
    await button(anaNow, 'Leave').click();
    await anaNow.getByRole('heading', { name: 'You left the call' }).waitFor();
    await anaNow.evaluate(() => void dispatchEvent(new Event('give-up')));
    t.equal(
      await anaNow.evaluate(async () => {
        await new Promise((resolve) => setTimeout(resolve));
        return sessionStorage.getItem('reelroom.call.at');
      }),
      null,
    );
    t.equal(await anaNow.getByRole('alert').getByText('camera').count(), 0);
    await anaNow.reload();
    await button(anaNow, 'Join').waitFor();
  });

  await t.test('where storage is refused people can join, too', async (t) => {
    const { page: cyd, context } = await openPerson(t, browser, url);
    t.teardown(() => context.close());
    await context.addInitScript(() => {
      for (const storage of ['localStorage', 'sessionStorage']) {
        Object.defineProperty(window, storage, {
          get: () => {
            throw new DOMException('Access is denied', 'SecurityError');
          },
        });
      }
    });
    await join(cyd, 'Cyd', roomName);
    await untilPeople(cyd, 2);
    await button(cyd, 'Leave').click();
  });
});

t.test('a browser that plays no sound before a click asks for one', async (t) => {
  const { url } = await serve(t);
  const browser = await openBrowser(t, { blocksSound: true });
  const { page: ben } = await openPerson(t, browser, url);
  const { page: cyd, context } = await openPerson(t, browser, url);
  const soundOn = (page: Page) => button(page, 'Turn sound on');

  await join(ben, 'Ben', roomName);
  await cyd.goto(`/?roomName=${encodeURIComponent(roomName)}`);
  await button(cyd, 'Mute microphone').click();
  await button(cyd, 'Turn camera off').click();
  await cyd.getByRole('textbox', { name: 'Your name' }).fill('Cyd');
  await button(cyd, 'Join').click();
  await untilPeople(cyd, 2);
  t.equal(await soundOn(cyd).count(), 0, 'there was a click');

  // The browser has crashed, and opens again what was open: nobody has clicked.
  const stored = await cyd.evaluate(() => ({ ...sessionStorage }));
  const call = cyd.url();
  await cyd.close();
  const again = await context.newPage();
  await again.addInitScript((items) => {
    if (location.protocol === 'about:') return;
    for (const [key, value] of Object.entries(items)) sessionStorage.setItem(key, String(value));
    sessionStorage.setItem('reelroom.call.at', String(Date.now()));
    sessionStorage.removeItem('reelroom.call.closed');
    new MutationObserver(() => {
      const buttons = [...document.querySelectorAll('button')];
      const box = buttons.find((one) => one.textContent.includes('Turn sound on'))?.getBoundingClientRect();
      if (box) console.log(`no sound: ${box.x + box.width / 2} ${box.y + box.height / 2}`);
    }).observe(document, { childList: true, subtree: true });
  }, stored);
  // Playwright's own looks at a page count as gestures, and would allow sound: the page tells by itself.
  const comesWithoutSound = async () => {
    const prompt = again.waitForEvent('console', (message) => message.text().startsWith('no sound'));
    await again.goto(call);
    const [x = 0, y = 0] = (await prompt).text().split(' ').slice(2).map(Number);
    return { x, y };
  };
  const { x, y } = await comesWithoutSound();
  await again.mouse.click(x, y);
  await soundOn(again).waitFor({ state: 'detached' });

  await again.goto('about:blank');
  await comesWithoutSound();
  await button(again, 'Leave').click();
  await button(again, 'Join again').click();
  await button(again, 'Leave').waitFor();
  await soundOn(again).waitFor({ state: 'detached' });
});
