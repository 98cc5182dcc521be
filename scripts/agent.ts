// `npm run agent -- run --config FILE`: the meter agent is a program of its own, this only names it.
import '../meter-agent/main.ts';
