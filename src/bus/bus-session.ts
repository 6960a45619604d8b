/**
 * What one bus process knows of the agent behind it. Amicus starts one process for each client, so one session is one
 * node, once it has said its name.
 */
export class BusSession {
  #nodeId: string | undefined;
  #taskId: string | undefined;

  get nodeId(): string | undefined {
    return this.#nodeId;
  }

  /** The task this node works on, as far as this session saw it claim one. */
  get taskId(): string | undefined {
    return this.#taskId;
  }

  /** A name given at registration counts; one given elsewhere only until there is a better one. */
  introduce(nodeId: string, registered = false): void {
    if (registered || this.#nodeId === undefined) this.#nodeId = nodeId;
  }

  workOn(taskId: string | undefined): void {
    this.#taskId = taskId;
  }
}
