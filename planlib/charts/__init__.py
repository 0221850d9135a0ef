"""Charts: a finished table in, an `alt.Chart` out, a file per room; the look is `theme`, words are `wording/charts`."""
