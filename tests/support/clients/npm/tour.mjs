// A walk through a Linear workspace with Linear's own SDK, which is told another address and nothing else.
// Arguments: the address of the GraphQL endpoint, an API key. Writes what it saw as JSON.
import { InvalidInputLinearError, LinearClient } from "@linear/sdk";

const [apiUrl, apiKey] = process.argv.slice(2);
const linear = new LinearClient({ apiKey, apiUrl });
const seen = {};

async function refusal(promise) {
  try {
    await promise;
    return null;
  } catch (error) {
    return { kind: error.constructor.name, type: error.type, message: error.errors?.[0]?.message };
  }
}

async function everyNode(connection) {
  let pages = 1;
  while (connection.pageInfo.hasNextPage) {
    await connection.fetchNext();
    pages += 1;
  }
  return { ids: connection.nodes.map((node) => node.id), pages };
}

async function people() {
  const viewer = await linear.viewer;
  seen.viewer = { email: viewer.email, isMe: viewer.isMe, app: viewer.app };
  const organization = await linear.organization;
  seen.organization = organization.urlKey;
  const users = await linear.users({ first: 3, orderBy: "createdAt" });
  seen.users = users.nodes.length;
  const teams = await linear.teams();
  seen.teams = teams.nodes.map((team) => team.key).sort();
  const team = teams.nodes.find((one) => one.key === "ENG");
  seen.states = (await team.states()).nodes.map((state) => state.type).sort();
  seen.members = (await team.members()).nodes.length > 0;
  seen.limits = (await linear.rateLimitStatus).limits.map((limit) => limit.type).sort();
  return team;
}

async function issues(team) {
  const filter = { team: { key: { eq: "ENG" } } };
  const all = await everyNode(await linear.issues({ first: 20, filter }));
  seen.issues = { count: all.ids.length, distinct: new Set(all.ids).size, pages: all.pages };
  const own = await everyNode(await team.issues({ first: 50 }));
  seen.sameByTeam = own.ids.slice().sort().join() === all.ids.slice().sort().join();
  const backwards = await linear.issues({ last: 5, filter });
  seen.last = backwards.nodes.map((issue) => issue.id).join() === all.ids.slice(-5).join();
  const { issue: making } = await linear.createIssue({
    teamId: team.id,
    title: "Made by the SDK",
    description: "- one\n- two",
    priority: 2,
  });
  const issue = await making;
  seen.created = { title: issue.title, priority: issue.priorityLabel, description: issue.description };
  seen.state = (await issue.state).type;
  seen.team = (await issue.team).key;
  seen.creator = (await issue.creator).isMe;
  await issue.update({ title: "Renamed", estimate: 3 });
  const again = await linear.issue(issue.identifier);
  seen.renamed = { title: again.title, estimate: again.estimate, same: again.id === issue.id };
  const { issue: partMaking } = await linear.createIssue({ teamId: team.id, title: "A part", parentId: issue.id });
  const part = await partMaking;
  seen.children = (await issue.children()).nodes.map((child) => child.id === part.id);
  await linear.createIssueRelation({ issueId: part.id, relatedIssueId: issue.id, type: "blocks" });
  seen.blockers = (await issue.inverseRelations()).nodes.map((relation) => relation.type);
  return { issue, part };
}

async function projects() {
  const all = await linear.projects({ first: 5 });
  seen.projects = { count: all.nodes.length, paged: (await everyNode(all)).pages > 1 };
  const project = all.nodes.find((one) => one.startedAt) ?? all.nodes[0];
  const whole = await linear.project(project.id);
  seen.project = { same: whole.name === project.name, progress: whole.progress >= 0 && whole.progress <= 1 };
  seen.projectStatus = typeof (await whole.status).name;
  seen.projectIssues = (await whole.issues({ first: 5 })).nodes.length;
  seen.projectTeams = (await whole.teams()).nodes.length;
  const renamed = await linear.updateProject(project.id, { description: "Said by the SDK" });
  seen.projectUpdated = (await renamed.project).description;
  const initiatives = await linear.initiatives();
  seen.initiatives = initiatives.nodes.length;
  seen.initiativeProjects = (await initiatives.nodes[0].projects()).nodes.length;
  return project;
}

async function labels(team, issue) {
  const group = await (await linear.createIssueLabel({ name: "Key result (SDK)", isGroup: true })).issueLabel;
  const one = await (await linear.createIssueLabel({ name: "SDK-KR1", parentId: group.id })).issueLabel;
  const two = await (await linear.createIssueLabel({ name: "SDK-KR2", parentId: group.id })).issueLabel;
  seen.group = { isGroup: group.isGroup, parent: (await one.parent).name };
  await issue.update({ addedLabelIds: [one.id] });
  seen.labels = (await issue.labels()).nodes.map((label) => label.name);
  seen.exclusive = await refusal(linear.updateIssue(issue.id, { addedLabelIds: [two.id] }));
  await linear.updateIssue(issue.id, { addedLabelIds: [two.id], removedLabelIds: [one.id] });
  seen.swapped = (await issue.labels()).nodes.map((label) => label.name);
  const found = await linear.issueLabels({ filter: { name: { eqIgnoreCase: "sdk-kr2" } } });
  seen.foundLabels = found.nodes.map((label) => label.name);
}

async function attachments(issue) {
  const url = "https://okr.acme.example/GROWTH-KR1";
  const input = { issueId: issue.id, url, title: "GROWTH-KR1", metadata: { progress: 40 } };
  const first = await (await linear.createAttachment(input)).attachment;
  const second = await (await linear.createAttachment({ ...input, title: "GROWTH-KR1 at 50 %" })).attachment;
  seen.attachment = { same: first.id === second.id, title: second.title, metadata: second.metadata };
  await linear.updateAttachment(first.id, { title: "At 60 %", subtitle: "on track" });
  seen.attachments = (await issue.attachments()).nodes.map((one) => [one.title, one.subtitle]);
  seen.attachmentsForUrl = (await linear.attachmentsForURL(url)).nodes.length;
  seen.attachmentDeleted = (await linear.deleteAttachment(first.id)).success;
  seen.attachmentsLeft = (await issue.attachments()).nodes.length;
}

async function comments(issue) {
  const id = "0b7d1c1e-5f0a-4c39-9a57-3f5d4a9c1e21";
  const comment = await (await linear.createComment({ id, issueId: issue.id, body: "- a\n- b" })).comment;
  seen.comment = { id: comment.id === id, body: comment.body, mine: (await comment.user).isMe };
  const clash = await refusal(linear.createComment({ id, issueId: issue.id, body: "again" }));
  seen.clash = clash;
  await comment.update({ body: "Edited" });
  seen.edited = (await linear.comment({ id })).body;
  await linear.createComment({ issueId: issue.id, parentId: comment.id, body: "A reply" });
  // This one method of the SDK does not name its own row.
  seen.replies = (await comment.children({ id })).nodes.map((one) => one.body);
  seen.comments = (await issue.comments()).nodes.length;
  seen.commentDeleted = (await linear.deleteComment(id)).success;
  seen.commentGone = await refusal(linear.comment({ id }));
}

async function views(issue) {
  const filterData = { team: { key: { eq: "ENG" } }, title: { eq: issue.title } };
  const view = await (await linear.createCustomView({ name: "Made by the SDK", shared: true, filterData })).customView;
  seen.view = { name: view.name, shared: view.shared, model: view.modelName };
  seen.viewIssues = (await view.issues()).nodes.map((one) => one.id === issue.id);
  await linear.updateCustomView(view.id, { name: "Renamed" });
  seen.viewRenamed = (await linear.customView(view.id)).name;
  seen.views = (await everyNode(await linear.customViews({ first: 2 }))).ids.includes(view.id);
  seen.viewDeleted = (await linear.deleteCustomView(view.id)).success;
}

async function statusUpdates(project) {
  const input = { projectId: project.id, body: "On our way", health: "atRisk" };
  const update = await (await linear.createProjectUpdate(input)).projectUpdate;
  seen.update = { body: update.body, health: update.health };
  seen.health = (await linear.project(project.id)).health;
  seen.updates = (await project.projectUpdates()).nodes.map((one) => one.id === update.id);
  seen.updateArchived = (await linear.archiveProjectUpdate(update.id)).success;
}

async function removal({ issue, part }) {
  seen.archived = (await part.archive()).success;
  seen.archivedAt = (await linear.issue(part.id)).archivedAt instanceof Date;
  seen.restored = (await part.unarchive()).success;
  seen.deleted = (await issue.delete()).success;
  seen.trashed = (await linear.issue(issue.id)).trashed;
  const error = await refusal(linear.issue("ENG-999999"));
  seen.absent = error;
  seen.isInvalidInput = error?.kind === InvalidInputLinearError.name;
}

const team = await people();
const made = await issues(team);
const project = await projects();
await labels(team, made.issue);
await attachments(made.issue);
await comments(made.issue);
await views(made.part);
await statusUpdates(project);
await removal(made);
process.stdout.write(JSON.stringify(seen));
