// The line to the room: JSON both ways, opened anew when it breaks, for a minute at a time.

const FIRST_WAIT_MS = 500, LONGEST_WAIT_MS = 8000, GIVE_UP_MS = 60000, SILENT_MS = 10000, LOOK_MS = 2000;
const FINAL = { 4404: "gone", 4408: "time", 4409: "elsewhere" };

export class Room {
  /**
   * @param address where the socket is, with the token
   * @param heard called with each message but the heartbeat
   * @param contact called with "open", "trying", "given-up" or the code of an end: "gone", "time", "elsewhere"
   */
  constructor(address, heard, contact) {
    Object.assign(this, { address, heard, contact, socket: null, ended: false, wait: FIRST_WAIT_MS, lostAt: 0, timer: 0, heardAt: 0 });
    this.online = () => { if (!this.open) this.retry(); };
    window.addEventListener("online", this.online);
    // The server is heard every other second; a line that has gone silent is often dead without having said so.
    this.watch = setInterval(() => { if (this.open && performance.now() - this.heardAt > SILENT_MS) this.lose(); }, LOOK_MS);
    this.connect();
  }

  get open() { return this.socket?.readyState === WebSocket.OPEN; }

  connect() {
    clearTimeout(this.timer);
    const socket = this.socket = new WebSocket(this.address);
    const mine = () => this.socket === socket && !this.ended;
    socket.onopen = () => { if (mine()) this.heardAt = performance.now(); };
    socket.onmessage = (event) => {
      if (!mine()) return;
      this.heardAt = performance.now();
      const message = JSON.parse(event.data);
      if (message.kind === "ping") { this.send({ kind: "pong" }); return; }
      if (this.lostAt || this.wait > 0) { this.lostAt = 0; this.wait = 0; this.contact("open"); }
      this.heard(message);
    };
    socket.onclose = (event) => {
      if (!mine()) return;
      if (FINAL[event.code]) { this.close(); this.contact(FINAL[event.code]); return; }
      this.lose();
    };
  }

  lose() {
    const socket = this.socket;
    this.socket = null;
    try { socket?.close(); } catch { /* it is closed */ }
    this.lostAt ||= performance.now();
    this.wait = Math.min(this.wait ? this.wait * 2 : FIRST_WAIT_MS, LONGEST_WAIT_MS);
    if (performance.now() - this.lostAt > GIVE_UP_MS) { this.contact("given-up"); return; }
    this.contact("trying");
    this.timer = setTimeout(() => this.connect(), this.wait);
  }

  /** Try at once, from the beginning. */
  retry() {
    if (this.ended || this.open || this.socket?.readyState === WebSocket.CONNECTING) return;
    this.lostAt = performance.now();
    this.wait = FIRST_WAIT_MS;
    this.contact("trying");
    this.connect();
  }

  /** Send, and say whether there was a line to send on. */
  send(message) {
    if (!this.open) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  close() {
    this.ended = true;
    clearTimeout(this.timer);
    clearInterval(this.watch);
    window.removeEventListener("online", this.online);
    this.socket?.close();
  }
}
