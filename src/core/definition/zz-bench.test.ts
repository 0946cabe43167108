import { test } from "vitest";
import { validateTaskDefinition } from "./validate.ts";
test("bench", () => {
  const c=(i:number)=>({name:`c${i}`,image:"public.ecr.aws/docker/library/nginx:1.27",cpu:64,memory:128,memoryReservation:64,essential:true,command:["sh","-c","exec nginx -g 'daemon off;'"],
   environment:Array.from({length:10},(_,k)=>({name:`V${k}`,value:`value ${k}`})),portMappings:[{containerPort:8000+i,hostPort:0,protocol:"tcp"}],
   mountPoints:[{sourceVolume:"data",containerPath:"/data",readOnly:true}],dependsOn:i>0?[{containerName:`c${i-1}`,condition:"START"}]:[],
   logConfiguration:{logDriver:"awslogs",options:{"awslogs-group":"/ecs/x","awslogs-region":"eu-west-1","awslogs-stream-prefix":"x"}},
   healthCheck:{command:["CMD-SHELL","curl -f http://localhost/ || exit 1"],interval:30},secrets:[{name:"S",valueFrom:"arn:aws:secretsmanager:eu-west-1:123456789012:secret:x"}],ulimits:[{name:"nofile",softLimit:1024,hardLimit:4096}]});
  for (const n of [1,10,20]) {
    const d={family:"web",networkMode:"bridge",volumes:[{name:"data"}],executionRoleArn:"arn:aws:iam::123456789012:role/x",containerDefinitions:Array.from({length:n},(_,i)=>c(i))};
    for(let k=0;k<300;k++) validateTaskDefinition(d);
    const t=performance.now(); const N=2000; for(let k=0;k<N;k++) validateTaskDefinition(d);
    const ms=performance.now()-t; console.log(n,(N/ms*1000).toFixed(0)+"/s", validateTaskDefinition(d).problems.map(p=>p.rule));
  }
});
