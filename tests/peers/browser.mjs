// A person's browser: Debian's Chromium, driven through the steps of one visit.
//
//     node browser.mjs '{"url": "http://127.0.0.1:8080/demo", "viewport": {"width": 390, "height": 844},
//         "javascript": false, "steps": [{"click": "Sign in"}, {"click": "#consent"}, {"expect": "Hello Åsa"},
//         {"expectUrl": "/callback\\?code="}, {"screenshot": "/tmp/page.png"}, {"dump": "h1"}]}'
//
// With "hosts": {"login.example": "127.0.0.1:8443"} beside "url" it finds https://login.example there, believes any certificate, and takes
// what is there for a public site. "locale", "colorScheme" and "forcedColors" are the person's settings. {"open": URL} goes elsewhere and {"back": true} back again. "click" takes what a button, link or text says, or a selector when it starts with # . or [.
// {"style": [selector, property]} dumps what a property comes to. Prints
// {"url", "title", "texts": {selector: text}, "console": [errors], "failed": [requests]}; or, with exit code 1,
// the same with "error" and the page's "text" in place of "texts". All of it may take two minutes,
// which it does only on a machine that is busy with other work.
import { chromium } from 'playwright-core'

async function main() {
  const visit = JSON.parse(process.argv[2])
  const hosts = Object.entries(visit.hosts ?? {})
  const rules = hosts.map(([host, address]) => `MAP ${host}:443 ${address}`).join(',')
  const spaces = hosts.map(([, address]) => `${address}=public`).join(',')
  const args = hosts.length ? [...QUIET, `--host-resolver-rules=${rules}`, `--ip-address-space-overrides=${spaces}`] : QUIET
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args, timeout: left() })
  const context = await browser.newContext({
    viewport: visit.viewport ?? { width: 1280, height: 800 },
    javaScriptEnabled: visit.javascript ?? true,
    ignoreHTTPSErrors: hosts.length > 0,
    locale: visit.locale,
    colorScheme: visit.colorScheme,
    forcedColors: visit.forcedColors,
  })
  const seen = { console: [], failed: [] }
  context.on('console', (message) => {
    const { url } = message.location()
    // The browser asks for the icon by itself; no page of ours did.
    if (message.type() === 'error' && !url.endsWith('/favicon.ico')) seen.console.push(`${message.text()} ${url}`)
  })
  context.on('weberror', (thrown) => seen.console.push(String(thrown.error())))
  context.on('requestfailed', (request) => seen.failed.push(`${request.failure()?.errorText} ${request.url()}`))
  context.on('response', (answer) => answer.status() >= 400 && seen.failed.push(`${answer.status()} ${answer.url()}`))

  const page = await context.newPage()
  const texts = {}
  let step = { open: visit.url }
  try {
    await page.goto(visit.url, { timeout: left() })
    for (step of visit.steps) await take(page, step, texts)
    say({ url: page.url(), title: await page.title(), texts, ...seen })
  } catch (reason) {
    const text = await page.locator('body').innerText({ timeout: 1000 }).catch(() => '')
    const [why] = reason.message.split('\n')
    say({ error: `${JSON.stringify(step)}: ${why}`, url: page.url(), title: await page.title(), text, ...seen })
    process.exitCode = 1
  }
  await browser.close()
}

async function take(page, step, texts) {
  const timeout = left()
  if ('click' in step) await named(page, step.click).click({ timeout })
  else if ('expect' in step) await page.getByText(step.expect).first().waitFor({ timeout })
  else if ('open' in step) await page.goto(step.open, { timeout })
  else if ('back' in step) await page.goBack({ timeout })
  else if ('expectUrl' in step) await page.waitForURL(new RegExp(step.expectUrl), { timeout })
  else if ('screenshot' in step) await page.screenshot({ path: step.screenshot, fullPage: true, timeout })
  else if ('dump' in step) texts[step.dump] = await page.locator(step.dump).first().innerText({ timeout })
  else if ('style' in step) {
    const [selector, property] = step.style
    const found = page.locator(selector).first()
    texts[step.style.join(' ')] = await found.evaluate((one, name) => getComputedStyle(one).getPropertyValue(name), property)
  } else throw new Error('there is no such step')
}

function named(page, what) {
  if (/^[#.[]/.test(what)) return page.locator(what).first()
  const spoken = { name: what }
  return page.getByRole('button', spoken).or(page.getByRole('link', spoken)).or(page.getByText(what)).first()
}

function say(answer) {
  process.stdout.write(JSON.stringify(answer) + '\n')
}

// What remains of the visit, in milliseconds; never 0, which would mean "for ever".
function left() {
  return Math.max(1, DEADLINE - Date.now())
}

const DEADLINE = Date.now() + 120_000
// No sandbox, because tests run as root in containers; the rest keeps Chromium from calling home.
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

// A page whose script never yields answers nothing more, and no time limit of a single call would end that.
setTimeout(() => {
  say({ error: 'the two minutes are over, and the page does not answer' })
  process.exit(1)
}, left() + 2000).unref()

main().catch((reason) => {
  say({ error: reason.message })
  process.exit(1)
})
