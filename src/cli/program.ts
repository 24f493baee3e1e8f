import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { packageVersion } from '../package.ts';
import { readDrain, readDuration, readFileName, readLevel, readPair, readPort } from './arguments.ts';
import type { LoadOptions } from './check.ts';
import type { DemoOptions } from './demo.ts';
import { EXIT } from './exit-code.ts';
import type { InspectOptions } from './inspect.ts';
import type { MachineFormat, MachinesOptions } from './machines.ts';
import type { RunOptions } from './run.ts';
import { printable } from './style.ts';
import type { TestOptions } from './test.ts';

/** Runs one command line, without `node` and the script; gives the exit code. */
export async function execute(argv: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.done;
  const program = createProgram((code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv.map(withPort), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.misused;
  }
  return exitCode;
}

// The runtime is loaded only by a command that needs it: a wrong option or --help is answered at once.
function createProgram(exit: (code: number) => void): Command {
  const program = new Command('hawser')
    .description('Keeps WebSocket connections up and moves their messages, without losing one silently.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({ outputError: (message, write) => write(usageLine(message)) })
    .exitOverride()
    .addHelpText('after', EXAMPLES);

  const runCommand = withLoadOptions(program.command('run'))
    .summary('run a pipeline until it ends or is stopped')
    .description(
      'Runs the pipeline of a YAML or JSON file until its sources end, or SIGINT or SIGTERM asks it to stop.',
    )
    .option('--for <duration>', 'stop after so long, counted from when everything has started', readDuration)
    .option('--drain <duration>', 'deliver for so long after a stop (default: 10s; 0: stop at once)', readDrain)
    .option(
      '--state-dir <dir>',
      'directory that keeps cursors and buffers over restarts (default: .hawser beside the file)',
    )
    .option('--secrets-dir <dir>', `directory with a file per \${secret|NAME}`)
    .option('--log-level <level>', 'trace, debug, info, warn, error, fatal or silent (default: info)', readLevel);
  withInspection(runCommand)
    .addHelpText('after', RUN_NOTES)
    .action(async (file: string, options: RunOptions) => {
      const { run } = await import('./run.ts');
      exit(await run(file, options));
    });

  withLoadOptions(program.command('check'))
    .summary('check a config; start nothing')
    .description('Reads a config as `run` would and reports every problem in it. Starts nothing.')
    .action(async (file: string, options: LoadOptions) => {
      const { check } = await import('./check.ts');
      exit(await check(file, options));
    });

  withInspection(program.command('demo'))
    .summary('see it survive a killed server')
    .description('Runs a pipeline against a simulated exchange of its own, kills that once and starts it again.')
    .option('--for <duration>', 'stop after so long (default: until Ctrl-C; 10s without a terminal)', readDuration)
    .option('--port <port>', "the exchange's port on 127.0.0.1 (default: any free one)", readPort)
    .action(async (options: DemoOptions) => {
      const { demo } = await import('./demo.ts');
      exit(await demo(options));
    });

  program
    .command('inspect')
    .summary('look at a recording in the browser')
    .description(
      "Serves the inspector's page on 127.0.0.1 with a recording that `run --record` has written, until Ctrl-C.",
    )
    .argument('<recording>', 'file that --record has written')
    .option('--port <port>', "the page's port (default: any free one)", readPort)
    .action(async (file: string, options: InspectOptions) => {
      const { inspect } = await import('./inspect.ts');
      exit(await inspect(file, options));
    });

  program
    .command('machines')
    .summary('print the state machines as diagrams')
    .description('Lists the state machines that hawser runs, or prints one of them.')
    .argument('[name]', 'connection, supervisor, …')
    .addOption(new Option('--format <format>', 'how it is printed (default: mermaid)').choices(FORMATS))
    .action(async (name: string | undefined, options: MachinesOptions) => {
      const { machines } = await import('./machines.ts');
      exit(machines(name, options));
    });

  program
    .command('test')
    .summary('run scenarios: a pipeline, faults, and what has to come of it')
    .description(
      'Runs each scenario in virtual time: its pipeline against simulated servers, with the faults of its script. Nothing outside the process is touched.',
    )
    .argument('<file...>', 'YAML or JSON files')
    .option('--seed <number>', 'seed of all chance (default: that of the file, else 1)', readWhole(0))
    .option('--seeds <count>', 'run each with so many seeds, from that one on', readWhole(1))
    .option('--timeline', 'print what happened and what was logged, a line each')
    .addHelpText('after', TEST_NOTES)
    .action(async (files: readonly string[], options: TestOptions) => {
      const { test } = await import('./test.ts');
      exit(await test(files, options));
    });

  return program;
}

function withLoadOptions(command: Command): Command {
  return command
    .argument('<file>', 'YAML or JSON file')
    .option('--context <key=value>', 'value of {{key}}; may be given several times', readPair)
    .option('--arg <name=value>', `value of \${args.name}; may be given several times`, readPair);
}

function withInspection(command: Command): Command {
  return command
    .option('--inspect [=port]', 'serve the inspector on 127.0.0.1 (default port: any free one)', readPort)
    .addOption(
      new Option('--inspect-control', 'the same, and it may ask for reconnects and for the stop').implies({
        inspect: 0,
      }),
    )
    .option(
      '--record <file>',
      'write what the inspector is told to a file, to be played back by `hawser inspect`',
      readFileName,
    );
}

/** Without a port of its own it would take the file behind it for one. */
function withPort(argument: string): string {
  return argument === '--inspect' ? '--inspect=0' : argument;
}

/** Reads a whole number that is at least so much. */
function readWhole(least: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least) return number;
    throw new InvalidArgumentError(`${JSON.stringify(text)} is not a whole number from ${least} on`);
  };
}

/** commander's message, which may take two lines and starts with `error:`, as one line of ours. */
function usageLine(message: string): string {
  const sentence = message
    .trim()
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ');
  return `hawser: ${printable(sentence)}\n`;
}

const FORMATS: readonly MachineFormat[] = ['mermaid', 'svg', 'json'];

const EXAMPLES = `
Examples:
  hawser demo                                  see it work
  hawser check ticks.yaml                      find what is wrong with a config
  hawser run ticks.yaml                        run it until Ctrl-C
  hawser run ticks.yaml --for 5s > ticks.txt   keep what it prints in five seconds
  hawser run ticks.yaml --inspect              watch it in the browser
  hawser test scenarios/*.yaml                 see what it makes of faults, in virtual time
  hawser run ticks.yaml --context host=feed.example --log-level warn

Events go to stdout only where a sink says so; logs go to stderr.`;

const RUN_NOTES = `
Secrets: \${secret|NAME} is the environment variable HAWSER_SECRET_NAME, or the file NAME in --secrets-dir.
A second SIGINT or SIGTERM ends it at once, as that signal does. SIGHUP reads the certificates of listeners again.

Exit code:
  0  stopped as asked, or all sources ended; nothing is left to deliver that is not on disk
  1  the pipeline failed, or events are undelivered
  2  the config or the command line is wrong; nothing was started`;

const TEST_NOTES = `
Exit code:
  0  every expectation came true, and nothing was lost, out of order or repeated without cause
  1  some did not
  2  a file cannot be used; the others were run`;
