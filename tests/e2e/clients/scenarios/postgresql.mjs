// @neondatabase/serverless, PostgreSQL's driver for places without TCP: a login by SCRAM, answers
// of every size, notifications, and more sessions at once than the database is to see.
const SESSIONS = 8;

export async function run({ Client, neonConfig }, url) {
    neonConfig.wsProxy = () => url.replace('ws://', '');
    neonConfig.useSecureWebSocket = false;
    neonConfig.pipelineConnect = false;        // only a password in clear text could be sent at once
    const login = { user: 'tester', password: 'geheim', database: 'postgres', host: 'database' };
    const connected = async () => {
        const client = new Client(login);
        await client.connect();
        return client;
    };
    const client = await connected();
    const one = async (...query) => Object.values((await client.query(...query)).rows[0]);
    const got = {};

    got.sum = await one('select sum(n)::int, $1::text from generate_series(1, 100) n', ['grüße €']);
    const { rows } = await client.query(
        `select n, md5(n::text) word, repeat(md5(n::text), 8) long from generate_series(1, 20000) n`);
    got.order = rows.every(({ n, word, long }, i) => n === i + 1 && long === word.repeat(8));
    got.rows = rows.length;
    const whole = rows.map(({ long }) => long).join('');
    [got.checksum] = await one('select md5($1) = md5(string_agg(repeat(md5(n::text), 8), \'\' ' +
        'order by n)) from generate_series(1, 20000) n', [whole]);
    got.error = await client.query('select 1 / 0').catch(({ code }) => code);

    const told = new Promise((resolve) => client.on('notification', resolve));
    await client.query('listen news');
    const other = await connected();
    await other.query("notify news, 'wört'");
    got.notification = (await told).payload;
    await Promise.all([client.end(), other.end()]);

    const answers = await Promise.all(Array.from({ length: SESSIONS }, async (_, i) => {
        const session = await connected();
        const { rows: [{ same }] } = await session.query('select $1::int same', [i]);
        await session.end();
        return same;
    }));
    got.crowd = answers;
    got.wrong = await new Client({ ...login, password: 'falsch' }).connect().catch((e) => e.code);
    return got;
}
