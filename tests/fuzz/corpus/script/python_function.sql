-- statements: create create create select
CREATE OR REPLACE FUNCTION parse_user_agent(ua VARCHAR)
RETURNS VARIANT
LANGUAGE PYTHON
RUNTIME_VERSION = '3.11'
PACKAGES = ('user-agents')
HANDLER = 'parse'
AS $$
from user_agents import parse as p

def parse(ua):
    """Splits; returns a dict."""
    if ua is None: return None
    r = p(ua); return {"browser": r.browser.family, "os": r.os.family}
$$;
CREATE OR REPLACE FUNCTION square(x NUMBER) RETURNS NUMBER AS 'x * x';
CREATE OR REPLACE FUNCTION days_between(a DATE, b DATE) RETURNS TABLE (d DATE) AS
$$ SELECT dateadd(day, seq4(), a) FROM TABLE(generator(rowcount => 10000)) WHERE seq4() < datediff(day, a, b); $$;
SELECT square(3);
/* end; of script */