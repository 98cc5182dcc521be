/** `npm run audit`: the program of `audit/`, from the repository. */
import '../audit/main.ts';
