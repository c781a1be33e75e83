"""The rule engine a clinician reviews: values in, advice with its reasons out, nothing else.

decision      what advice can say, ordered by caution
policy        the numbers a rule turns on: unit, limits, meaning and source of each
presets       published pain rules as named policies
ruleset       the version, the ordered table of rules, and the numbers no therapist changes
red_flags     signs that end load advice, and where they send to
history       what a runner recorded: runs, daily entries, red flags
timeline      the same by day, without the future
readings      what each run says: settled, over, clean
volume        how much was run: unit, longest runs, weekly sums
facts         everything the rules ask, worked out once
rules/        one rule, one function, one clinical question
caps          how far the next run and week may go
modifications how to run until then
advise        the advice itself

load, effort, spike, cycles, irritability, adherence, classify   shown beside the advice
conformance   golden vectors against all of it
"""
