// The command line.
console.error('landscope: no command is known yet')
process.exitCode = 2
