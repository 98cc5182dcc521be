import { expect, onTestFinished, test } from 'vitest';
import { askStatus } from '../../meter-agent/cli/ask-agent.ts';
import { startCodeOf } from '../../protocol/startCode.ts';
import { agentFixture } from '../meter-agent/support/agent-fixture.ts';
import { bookOn } from '../meter-agent/support/booked.ts';
import { Scope } from '../meter-agent/support/start-agent.ts';
import { launchBrowser } from '../support/browser.ts';
import { objectionsTo } from './axe.ts';

test("the agent's status page works on a phone by keyboard alone, and updates itself", async () => {
  const scope = new Scope();
  const status = { enabled: true, host: '127.0.0.1', port: 0, names: [] };
  const answers = { RemoteStartTransaction: { status: 'Accepted' } };
  const { agent, dataDir } = await agentFixture(scope, { config: { status }, answers });
  const browser = await launchBrowser();
  onTestFinished(async () => {
    await browser.close();
    await scope.end();
  });
  const { bookingId, secret } = bookOn(agent);
  const page = await browser.newPage({ viewport: { width: 360, height: 640 } });
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto((await askStatus(dataDir))?.page ?? '');
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  const code = page.getByLabel('Start code of your receipt');
  await page.keyboard.press('Tab');
  expect(await code.evaluate((field) => field === document.activeElement)).toBe(true);

  // Half-typed text stays while the page updates.
  await page.keyboard.type('half');
  const connector = agent.connectors.find('CP1', 1);
  if (connector === undefined) throw new Error('no connector');
  connector.status = 'Preparing';
  await page.getByText('Connector 1: Preparing').waitFor();
  expect(await code.inputValue()).toBe('half');

  await code.fill('');
  await page.keyboard.type(startCodeOf(secret).toLowerCase());
  await page.keyboard.press('Enter');
  await page.getByRole('status').getByText('The code is right').waitFor();
  expect(agent.sessions.get(bookingId)?.phase).toBe('STARTING');

  // In German at a click, and it stays so while it updates itself.
  await page.getByRole('link', { name: 'Deutsch' }).click();
  await page.getByLabel('Startcode von Ihrem Beleg').waitFor();
  connector.status = 'Charging';
  await page.getByText('Anschluss 1: Charging').waitFor();
  expect(await page.evaluate('document.documentElement.lang')).toBe('de');
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  expect(await objectionsTo(page)).toEqual([]);
  expect(complaints).toEqual([]);
});
