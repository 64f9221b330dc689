// A person's other browser: Debian's Firefox, driven through the steps of one visit by its own Marionette protocol
// (https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html), because Playwright drives only a Firefox that it has changed.
//
//     node firefox.mjs '{"url": "http://127.0.0.1:8080/demo", "steps": [{"click": "Sign in"}, {"click": "[type=submit]"},
//         {"expect": "Hello Åsa"}, {"open": "http://127.0.0.1:8080/logout"}]}'
//
// "click" takes what a button or link says, or a selector when it starts with # . or [. "expect" waits for a text. Prints {"url", "text"}; or,
// with exit code 1, the same with "error". All of it may take two minutes, which it does only on a machine that is busy with other work.
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

async function main() {
  const visit = JSON.parse(process.argv[2])
  const profile = await mkdtemp(join(tmpdir(), 'firefox-'))
  // Any free port, which Firefox then writes down; the rest keeps it from calling home.
  const prefs = { 'marionette.port': 0, 'app.update.enabled': false, 'datareporting.policy.dataSubmissionEnabled': false }
  const lines = Object.entries(prefs).map(([name, value]) => `user_pref('${name}', ${JSON.stringify(value)});\n`)
  await writeFile(join(profile, 'user.js'), lines.join(''))
  const args = ['--headless', '--no-remote', '--marionette', '--profile', profile]
  const firefox = spawn('/usr/bin/firefox-esr', args, { stdio: 'ignore' })
  let gone = false
  const ended = new Promise((done) => firefox.once('exit', done).once('error', done)).then(() => (gone = true))
  let browser
  try {
    const port = await until('Firefox to start', async () => {
      if (gone) throw new Error('Firefox does not start')
      return Number(await readFile(join(profile, 'MarionetteActivePort'), 'utf8').catch(() => ''))
    })
    browser = await Marionette.at(port)
    await browser.send('WebDriver:NewSession', { pageLoadStrategy: 'normal', timeouts: { pageLoad: left() } })
    await visitAll(browser, visit)
  } finally {
    await browser?.send('Marionette:Quit', { flags: ['eForceQuit'] }).catch(() => firefox.kill())
    if (!browser) firefox.kill()
    await ended
    await rm(profile, { recursive: true, force: true })
  }
}

async function visitAll(browser, visit) {
  let step = { open: visit.url }
  const seen = async () => ({ url: await browser.send('WebDriver:GetCurrentURL'), text: await text(browser) })
  try {
    await take(browser, step)
    for (step of visit.steps) await take(browser, step)
    say(await seen())
  } catch (reason) {
    say({ error: `${JSON.stringify(step)}: ${reason.message}`, ...(await seen().catch(() => ({}))) })
    process.exitCode = 1
  }
}

async function take(browser, step) {
  if ('open' in step) await browser.send('WebDriver:Navigate', { url: step.open })
  else if ('expect' in step) await until(step.expect, async () => (await text(browser)).includes(step.expect))
  else if ('click' in step) {
    const element = await until(step.click, () => find(browser, step.click).catch(() => undefined))
    await browser.send('WebDriver:ElementClick', { id: element })
  } else throw new Error('there is no such step')
}

async function find(browser, what) {
  const selector = /^[#.[]/.test(what)
  // XPath has no escapes, so that a text with one kind of quotes stands in the other.
  const quoted = what.includes("'") ? `"${what}"` : `'${what}'`
  const named = `(//button|//a)[contains(normalize-space(.), ${quoted})]`
  const found = await browser.send('WebDriver:FindElement', { using: selector ? 'css selector' : 'xpath', value: selector ? what : named })
  return Object.values(found)[0]
}

// What the page shows; nothing while it changes.
async function text(browser) {
  const script = 'return document.body ? document.body.innerText : ""'
  return browser.send('WebDriver:ExecuteScript', { script, args: [] }).catch(() => '')
}

// Messages are JSON behind their length: [0, id, command, parameters], answered by [1, id, error, result].
class Marionette {
  #socket
  #waiting = new Map()
  #octets = Buffer.alloc(0)
  #next = 1

  static async at(port) {
    const browser = new Marionette()
    await new Promise((greeted, failed) => {
      browser.#waiting.set(0, { done: greeted, failed })
      browser.#socket = net.connect(port, '127.0.0.1').on('error', failed)
      browser.#socket.on('data', (octets) => browser.#read(octets))
      browser.#socket.on('close', () => browser.#waiting.forEach(({ failed }) => failed(new Error('Firefox has gone'))))
    })
    return browser
  }

  send(command, parameters = {}) {
    const id = this.#next++
    const message = Buffer.from(JSON.stringify([0, id, command, parameters]))
    this.#socket.write(Buffer.concat([Buffer.from(`${message.length}:`), message]))
    return new Promise((done, failed) => this.#waiting.set(id, { done, failed }))
  }

  #read(octets) {
    this.#octets = Buffer.concat([this.#octets, octets])
    for (;;) {
      const colon = this.#octets.indexOf(':')
      const length = Number(this.#octets.subarray(0, Math.max(colon, 0)))
      if (colon < 0 || this.#octets.length <= colon + length) return
      const message = JSON.parse(this.#octets.subarray(colon + 1, colon + 1 + length))
      this.#octets = this.#octets.subarray(colon + 1 + length)
      // The greeting is no answer.
      const [, id, error, result] = Array.isArray(message) ? message : [1, 0, null, null]
      const { done, failed } = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error) failed(new Error(error.message))
      else done(result !== null && typeof result === 'object' && 'value' in result ? result.value : result)
    }
  }
}

async function until(what, look) {
  while (left() > 1) {
    const found = await look()
    if (found) return found
    await new Promise((again) => setTimeout(again, 50))
  }
  throw new Error(`the two minutes are over: ${what}`)
}

function say(answer) {
  process.stdout.write(JSON.stringify(answer) + '\n')
}

// What remains of the visit, in milliseconds.
function left() {
  return Math.max(1, DEADLINE - Date.now())
}

const DEADLINE = Date.now() + 120_000

// A browser that answers nothing more would be waited for without end.
setTimeout(() => {
  say({ error: 'the two minutes are over, and the browser does not answer' })
  process.exit(1)
}, left() + 2000).unref()

main().catch((reason) => {
  say({ error: reason.message })
  process.exitCode = 1
})
