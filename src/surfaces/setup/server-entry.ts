/** A text in a configuration file: where it stands, quotes included, and what it says. */
export type WrittenText = { readonly offset: number; readonly length: number; readonly value: string };

/** A list of texts, and where its brackets stand. */
export type WrittenList = { readonly offset: number; readonly length: number; readonly items: readonly WrittenText[] };

/** How a server is started, as a client's configuration has it. */
export type ServerEntry = {
  readonly name: string;
  /** The program. Absent where the list begins with it. */
  readonly command: WrittenText | undefined;
  /** Its arguments, or the whole command line. */
  readonly args: WrittenList | undefined;
};

/** A server that is no process of this machine, or that could not be read: it stays as it is. */
export type OtherServer = { readonly name: string; readonly why: 'http' | 'unreadable' };

/** What a configuration file says of servers, and the file without their command lines, to compare by. */
export type FoundServers = {
  readonly entries: readonly ServerEntry[];
  readonly others: readonly OtherServer[];
  readonly rest: unknown;
};

/** One kind of file: how servers are found in it, and how arguments are added to a server that has none. */
export type ConfigurationFormat = {
  /** Undefined when the text is not of this kind. */
  find(text: string): FoundServers | undefined;
  readonly beforeAddedArgs: string;
};

/** The whole command line of a server. */
export function lineOf({ command, args }: ServerEntry): readonly string[] {
  const items = args?.items.map(({ value }) => value) ?? [];
  return command === undefined ? items : [command.value, ...items];
}
